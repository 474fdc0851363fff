"""Chains of certificates as public servers have them: a root, an intermediate, a server's own."""

import subprocess

CHAINS = {
    "rsa": ["-newkey", "rsa:2048", "-sha256"],
    "p384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-sha384"],
}
AUTHORITY = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
SERVER = [
    *("-addext", "subjectAltName=DNS:localhost"),
    *("-addext", "keyUsage=critical,digitalSignature"),
    *("-addext", "extendedKeyUsage=serverAuth"),
]


def write_chain(folder, chain):
    """Writes root.pem, which is to be trusted, and server.pem with server.key."""

    def issue(name, subject, ca, *rest, by=None):
        command = ["openssl", "req", "-x509", "-nodes", "-days", "30", *CHAINS[chain]]
        command += ["-subj", f"/CN={subject}", "-addext", f"basicConstraints=critical,{ca}", *rest]
        command += ["-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"]
        if by is not None:
            command += ["-CA", folder / f"{by}.pem", "-CAkey", folder / f"{by}.key"]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

    issue("root", "Benchmark Root", "CA:TRUE", *AUTHORITY)
    issue("intermediate", "Benchmark Intermediate", "CA:TRUE,pathlen:0", *AUTHORITY, by="root")
    issue("server", "localhost", "CA:FALSE", *SERVER, by="intermediate")
    with (folder / "server.pem").open("ab") as sent:
        sent.write((folder / "intermediate.pem").read_bytes())
