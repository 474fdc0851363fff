//! The crate mtnmomo. It makes a client of its own, and so a connection, for each token.

use mtnmomo::products::auth::Authorization;
use rivals::Asked;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let asked = Asked::read();
    for _ in 0..asked.count {
        let url = format!("{}/disbursement", asked.base_url);
        let (user, key) = (asked.api_user.clone(), asked.api_key.clone());
        let subscription_key = asked.subscription_key.clone();
        let authorization = Authorization {};
        authorization
            .create_access_token(url, user, key, subscription_key)
            .await?;
    }
    Ok(())
}
