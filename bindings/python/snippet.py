import momo

# From MOMO_API_USER, MOMO_API_KEY, MOMO_SUBSCRIPTION_KEY.
with momo.Client() as client:
    print("Authorization:", client.get_token().authorization)
