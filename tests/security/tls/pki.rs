//! Certificates of a test's own, by the openssl program: it makes whatever is wrong, too.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::child::{Scratch, run};
use crate::common::{Config, Error, Token};
use crate::nginx::USER;

/// An authority that clients trust, and what it and others issue.
pub(crate) struct Pki {
    scratch: Scratch,
    count: Cell<usize>,
    /// Of the root.
    name: String,
    key: String,
    root: Option<Certificate>,
}

#[derive(Clone)]
pub(crate) struct Certificate {
    /// The certificate and its key.
    pub(crate) file: PathBuf,
    /// The authorities between it and one that signed itself, the nearest first.
    chain: Vec<PathBuf>,
    self_signed: bool,
}

/// A certificate that is yet to be made.
pub(crate) struct Draft<'a> {
    pki: &'a Pki,
    name: String,
    key: &'a str,
    extensions: BTreeMap<&'a str, &'a str>,
    issuer: Option<Certificate>,
    digest: &'a str,
    dates: Option<(&'a str, &'a str)>,
}

impl Pki {
    pub(crate) fn new() -> Self {
        Self::with_key("ec -pkeyopt ec_paramgen_curve:P-256")
    }

    /// With another kind of key for the authority.
    pub(crate) fn with_key(key: &str) -> Self {
        // Two authorities of one name would be taken for each other.
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let mut pki = Self {
            scratch: Scratch::new(),
            count: Cell::new(0),
            name: format!("Test root {}", COUNT.fetch_add(1, Ordering::Relaxed)),
            key: key.to_owned(),
            root: None,
        };
        pki.root = Some(pki.impostor());
        pki
    }

    /// Another authority of the root's name, with a key of its own.
    pub(crate) fn impostor(&self) -> Certificate {
        let draft = self.authority(&self.name).key(&self.key);
        draft.self_signed().make()
    }

    pub(crate) fn root(&self) -> &Certificate {
        self.root.as_ref().unwrap()
    }

    /// For a client of this server that trusts the root, and may try three times.
    pub(crate) fn config(&self, host: &str, port: u16) -> Config {
        let ca = self.root().file.to_str().unwrap();
        let config = Config::with_credentials(&format!("https://{host}:{port}"), ca);
        config.set("api_user", USER).set("api_key", "key");
        config.set("subscription_key", "sub").set("proxy", "none");
        config.set("cache", "client").set("max_attempts", "3");
        config
    }

    /// A call of such a client, at localhost.
    pub(crate) fn create(&self, port: u16) -> Result<Token, Error> {
        self.config("localhost", port).client().create()
    }

    /// A good one for localhost, issued by the root.
    pub(crate) fn server(&self) -> Draft<'_> {
        self.draft("localhost")
            .extension("basicConstraints", "critical,CA:FALSE")
            .extension("keyUsage", "digitalSignature,keyEncipherment")
            .extension("extendedKeyUsage", "serverAuth")
            .extension("subjectAltName", "DNS:localhost")
    }

    /// One that may issue others, issued by the root.
    pub(crate) fn authority(&self, name: &str) -> Draft<'_> {
        self.draft(name)
            .extension("basicConstraints", "critical,CA:TRUE")
            .extension("keyUsage", "keyCertSign")
    }

    /// One without any extension, which is of X.509 version 1.
    pub(crate) fn draft(&self, name: &str) -> Draft<'_> {
        Draft {
            pki: self,
            name: name.to_owned(),
            key: "ec -pkeyopt ec_paramgen_curve:P-256",
            extensions: BTreeMap::new(),
            issuer: self.root.clone(),
            digest: "default",
            dates: None,
        }
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        self.scratch.write(name, text)
    }
}

impl<'a> Draft<'a> {
    /// As for `openssl req -newkey`.
    pub(crate) fn key(mut self, key: &'a str) -> Self {
        self.key = key;
        self
    }

    /// As in OpenSSL's configuration files, in place of one of the same name.
    pub(crate) fn extension(mut self, name: &'a str, value: &'a str) -> Self {
        self.extensions.insert(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.extensions.remove(name);
        self
    }

    pub(crate) fn issuer(mut self, issuer: &Certificate) -> Self {
        self.issuer = Some(issuer.clone());
        self
    }

    pub(crate) fn self_signed(mut self) -> Self {
        self.issuer = None;
        self
    }

    pub(crate) fn digest(mut self, digest: &'a str) -> Self {
        self.digest = digest;
        self
    }

    /// As date(1) takes them. From now and for two days, if not said.
    pub(crate) fn dates(mut self, begin: &'a str, end: &'a str) -> Self {
        self.dates = Some((begin, end));
        self
    }

    pub(crate) fn make(self) -> Certificate {
        let number = self.pki.count.replace(self.pki.count.get() + 1);
        let at = |kind: &str| self.pki.scratch.path(&format!("{number}.{kind}"));
        let text = |kind: &str| at(kind).display().to_string();
        let (key, request) = (text("key"), text("request"));
        let subject = format!("/CN={}", self.name);
        let mut words = vec!["openssl", "req", "-new", "-nodes", "-newkey"];
        words.extend(self.key.split(' '));
        words.extend(["-subj", &subject, "-keyout", &key, "-out", &request]);
        run(&words);

        let certificate = text("certificate");
        let config = self.config(number).display().to_string();
        let mut words = vec!["openssl", "ca", "-batch", "-notext", "-config", &config];
        words.extend(["-in", &request, "-out", &certificate, "-md", self.digest]);
        let issuer = self.issuer.as_ref().map(|i| i.file.display().to_string());
        match &issuer {
            Some(issuer) => words.extend(["-cert", issuer, "-keyfile", issuer]),
            None => words.extend(["-selfsign", "-keyfile", &key]),
        }
        let dates = self.dates.map(|(begin, end)| (date(begin), date(end)));
        if let Some((begin, end)) = &dates {
            words.extend(["-startdate", begin, "-enddate", end]);
        }
        run(&words);

        let read = |path: &str| std::fs::read_to_string(path).unwrap();
        let pem = read(&certificate) + &read(&key);
        let file = self.pki.write(&format!("{number}.pem"), &pem);
        let self_signed = self.issuer.is_none();
        let between = self.issuer.filter(|issuer| !issuer.self_signed);
        let chain = between.map(|i| [vec![i.file], i.chain].concat());
        Certificate {
            file,
            chain: chain.unwrap_or_default(),
            self_signed,
        }
    }

    /// What `openssl ca` wants beside its arguments: a place to count in, and the extensions.
    fn config(&self, number: usize) -> PathBuf {
        let directory = self.pki.scratch.path("");
        let index = self.pki.write(&format!("{number}.index"), "");
        let (extensions, section) = match self.extensions.len() {
            0 => ("", ""),
            _ => ("x509_extensions = extensions", "[extensions]"),
        };
        let mut config = format!(
            "[ca]\ndefault_ca = this\n[this]\ndatabase = {}\nnew_certs_dir = {}\nrand_serial = yes\n\
             policy = any\ndefault_days = 2\n{extensions}\n[any]\ncommonName = supplied\n{section}\n",
            index.display(),
            directory.display()
        );
        for (name, value) in &self.extensions {
            config += &format!("{name} = {value}\n");
        }
        self.pki.write(&format!("{number}.config"), &config)
    }
}

impl Certificate {
    /// Sent without the authorities in between.
    pub(crate) fn alone(mut self) -> Self {
        self.chain.clear();
        self
    }

    /// With a key that is not its own.
    pub(crate) fn with_key_of(self, other: &Self) -> Self {
        let text = parts(&self.file).0 + &parts(&other.file).1;
        std::fs::write(&self.file, text).unwrap();
        self
    }

    /// Served together with another, which has nothing to do with it.
    pub(crate) fn beside(mut self, other: &Self) -> Self {
        self.chain.push(other.file.clone());
        self
    }

    /// The authorities in between.
    pub(crate) fn chain(&self) -> String {
        let texts = self.chain.iter().map(|file| parts(file).0);
        texts.collect()
    }

    /// All that a server needs: its certificate, the authorities in between, its key.
    pub(crate) fn bundle(&self) -> String {
        let (certificate, key) = parts(&self.file);
        certificate + &self.chain() + &key
    }
}

/// Certificate and key.
fn parts(file: &Path) -> (String, String) {
    let mut certificate = std::fs::read_to_string(file).unwrap();
    let key = certificate.find("-----BEGIN PRIVATE KEY-----").unwrap();
    let key = certificate.split_off(key);
    (certificate, key)
}

fn date(text: &str) -> String {
    let date = run(&["date", "-u", "-d", text, "+%Y%m%d%H%M%SZ"]);
    date.trim().to_owned()
}
