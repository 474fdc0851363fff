// Which library a client has loaded, or why it has none: Loading [FILE]
using System;
using System.IO;
using Momo;

static class Loading
{
    static void Main(string[] args)
    {
        try
        {
            MomoClient.FromEnvironment().Dispose();
        }
        catch (DllNotFoundException e)
        {
            Console.WriteLine(Json.Of(new { message = e.Message }));
            return;
        }
        Console.WriteLine(Json.Of(new { mapped = File.ReadAllText("/proc/self/maps").Contains(args[0]) }));
    }
}
