// Gets a token and prints it as one JSON object, for scripts and for a look by hand.
//
// On failure one JSON object goes to stderr instead, and the exit status is 1.
using System;
using Momo;

static class GetToken
{
    static object Members(MomoToken token) => new
    {
        access_token = token.AccessToken,
        token_type = token.TokenType,
        authorization = token.Authorization,
        expires_in = (long)token.ExpiresIn.TotalSeconds,
        expires_at = token.ExpiresAt?.ToUnixTimeSeconds() ?? 0,
        refresh_in = (long)(token.RefreshIn?.TotalSeconds ?? -1)
    };

    static object Members(MomoException error) => new
    {
        status = error.StatusName,
        http_status = error.HttpStatus,
        code = error.Code,
        message = error.Message
    };

    static int Main()
    {
        try
        {
            // From the environment, so that no key is in the source, in a process list or in a
            // history. Missing credentials and an unusable trust store show here, before any network.
            using (var client = MomoClient.FromEnvironment())
                Console.WriteLine(Json.Of(Members(client.GetToken())));
            return 0;
        }
        catch (MomoException error)
        {
            Console.Error.WriteLine(Json.Of(Members(error)));
            return 1;
        }
    }
}
