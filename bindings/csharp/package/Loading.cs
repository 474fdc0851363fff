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
            Console.WriteLine("{\"message\":\"" + e.Message.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"}");
            return;
        }
        var mapped = File.ReadAllText("/proc/self/maps").Contains(args[0]) ? "true" : "false";
        Console.WriteLine("{\"mapped\":" + mapped + "}");
    }
}
