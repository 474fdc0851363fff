//! reqwest, as its documentation shows it: one Client, which keeps the connection.

use reqwest::Client;
use rivals::Asked;

#[derive(serde::Deserialize)]
struct Token {
    access_token: String,
}

async fn token(client: &Client, asked: &Asked) -> reqwest::Result<String> {
    let response = client
        .post(format!("{}/disbursement/token/", asked.base_url))
        .basic_auth(&asked.api_user, Some(&asked.api_key))
        .header("Ocp-Apim-Subscription-Key", &asked.subscription_key)
        .header("Content-Length", "0")
        .send()
        .await?
        .error_for_status()?;
    Ok(response.json::<Token>().await?.access_token)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> reqwest::Result<()> {
    let asked = Asked::read();
    let mut clients = Vec::new();
    for _ in 0..asked.count {
        if asked.mode == "fresh" {
            clients.clear();
        }
        if asked.mode == "clients" || clients.is_empty() {
            clients.push(Client::new());
        }
        token(&clients[clients.len() - 1], &asked).await?;
    }
    Ok(())
}
