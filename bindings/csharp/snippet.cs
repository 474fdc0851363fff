// momo-snippet-begin
using System;
using Momo;

static class Snippet
{
    static int Main()
    {
        try
        {
            // MOMO_API_USER, MOMO_API_KEY, MOMO_SUBSCRIPTION_KEY
            using (var client = MomoClient.FromEnvironment())
                Console.WriteLine("Authorization: " + client.GetToken().Authorization);
            return 0;
        }
        catch (MomoException e)
        {
            Console.Error.WriteLine(e.StatusName + ": " + e.Message);
            return 1;
        }
    }
}
// momo-snippet-end
