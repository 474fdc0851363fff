// Gets a token and prints it as one JSON object, for scripts and for a look by hand.
//
// On failure one JSON object goes to stderr instead, and the exit status is 1.
using System;
using System.IO;
using System.Linq;
using Momo;

static class GetToken
{
    static string Quoted(string text)
    {
        return '"' + string.Concat(text.Select(c =>
            c == '"' || c == '\\' ? "\\" + c
            // Beyond ASCII too, since what the console takes is not always UTF-8.
            : c < 0x20 || c > 0x7e ? "\\u" + ((int)c).ToString("x4")
            : c.ToString())) + '"';
    }

    static void Print(TextWriter to, MomoToken token)
    {
        to.WriteLine(
            "{\"access_token\":" + Quoted(token.AccessToken) +
            ",\"token_type\":" + Quoted(token.TokenType) +
            ",\"authorization\":" + Quoted(token.Authorization) +
            ",\"expires_in\":" + (long)token.ExpiresIn.TotalSeconds +
            ",\"expires_at\":" + (token.ExpiresAt?.ToUnixTimeSeconds() ?? 0) +
            ",\"refresh_in\":" + (long)(token.RefreshIn?.TotalSeconds ?? -1) + "}");
    }

    static void Print(TextWriter to, MomoException error)
    {
        to.WriteLine(
            "{\"status\":" + Quoted(error.StatusName) +
            ",\"http_status\":" + error.HttpStatus +
            ",\"code\":" + Quoted(error.Code) +
            ",\"message\":" + Quoted(error.Message) + "}");
    }

    static int Main()
    {
        try
        {
            // From the environment, so that no key is in the source, in a process list or in a
            // history. Missing credentials and an unusable trust store show here, before any network.
            using (var client = MomoClient.FromEnvironment())
                Print(Console.Out, client.GetToken());
            return 0;
        }
        catch (MomoException error)
        {
            Print(Console.Error, error);
            return 1;
        }
    }
}
