//! reqwest, as its documentation shows it: one Client, which keeps the connection.

use std::env::{args, var};
use std::error::Error;

use reqwest::Client;

#[derive(serde::Deserialize)]
struct Token {
    access_token: String,
}

async fn token(client: &Client) -> Result<String, Box<dyn Error>> {
    let response = client
        .post(format!("{}/disbursement/token/", var("MOMO_BASE_URL")?))
        .basic_auth(var("MOMO_API_USER")?, Some(var("MOMO_API_KEY")?))
        .header("Ocp-Apim-Subscription-Key", var("MOMO_SUBSCRIPTION_KEY")?)
        .header("Content-Length", "0")
        .send()
        .await?
        .error_for_status()?;
    Ok(response.json::<Token>().await?.access_token)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mode = args().nth(1).ok_or("no mode")?;
    let count: usize = args().nth(2).ok_or("no count")?.parse()?;
    let mut clients = Vec::new();
    for _ in 0..count {
        if mode == "fresh" {
            clients.clear();
        }
        if mode == "clients" || clients.is_empty() {
            clients.push(Client::new());
        }
        token(&clients[clients.len() - 1]).await?;
    }
    Ok(())
}
