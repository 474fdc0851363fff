//! What both programs are told: the mode, how many tokens, and the variables that libmomo takes.

pub struct Asked {
    pub mode: String,
    pub count: usize,
    pub base_url: String,
    pub api_user: String,
    pub api_key: String,
    pub subscription_key: String,
}

impl Asked {
    pub fn read() -> Self {
        let mut arguments = std::env::args().skip(1);
        let mut next = || arguments.next().expect("MODE COUNT");
        let variable = |name| std::env::var(name).expect(name);
        Self {
            mode: next(),
            count: next().parse().expect("a count"),
            base_url: variable("MOMO_BASE_URL"),
            api_user: variable("MOMO_API_USER"),
            api_key: variable("MOMO_API_KEY"),
            subscription_key: variable("MOMO_SUBSCRIPTION_KEY"),
        }
    }
}
