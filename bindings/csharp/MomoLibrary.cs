// Where libmomo is, on Mono, .NET and .NET Framework: they agree on no way to say it.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace Momo
{
    sealed class MomoLibrary
    {
        const int Now = 2; // RTLD_NOW

        static readonly bool Windows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

        readonly IntPtr handle;

        /// <summary>What LIBMOMO_PATH names, or else what the package has, or else what is installed.</summary>
        internal MomoLibrary()
        {
            var path = Environment.GetEnvironmentVariable("LIBMOMO_PATH");
            if (!string.IsNullOrEmpty(path))
                handle = Open(path, "LIBMOMO_PATH names " + path + ", which cannot be loaded");
            else if ((path = Packaged().FirstOrDefault(File.Exists)) != null)
                handle = Open(path, path + " cannot be loaded; LIBMOMO_PATH can name another file");
            else
                handle = Open(Windows ? "momo.dll" : "libmomo.so.0",
                    "no libmomo for " + Platform() + " is in the package, and none is installed; " +
                    "LIBMOMO_PATH can name the file");
        }

        internal Delegate Function(string name, Type type)
        {
            var address = Windows ? GetProcAddress(handle, name) : dlsym(handle, name);
            if (address == IntPtr.Zero)
                throw new EntryPointNotFoundException(name + ": this libmomo is older than its wrapper");
            return Marshal.GetDelegateForFunctionPointer(address, type);
        }

        static IEnumerable<string> Packaged()
        {
            var assembly = Path.GetDirectoryName(typeof(MomoLibrary).Assembly.Location);
            // A program in a single file has assemblies that lie nowhere.
            var folder = string.IsNullOrEmpty(assembly) ? AppDomain.CurrentDomain.BaseDirectory : assembly;
            var name = Windows ? "momo.dll" : "libmomo.so";
            var packaged = Path.Combine("runtimes", Platform(), "native", name);
            // A program that runs anywhere has all platforms beside it; one for a platform has one; and
            // an assembly may be used where the package was unpacked, in lib/netstandard2.0.
            yield return Path.Combine(folder, packaged);
            yield return Path.Combine(folder, name);
            yield return Path.Combine(folder, "..", "..", packaged);
        }

        /// <summary>The name that NuGet has for it: "linux-musl-arm64".</summary>
        static string Platform()
        {
            var system = Windows ? "win"
                : dlsym(dlopen(null, Now), "gnu_get_libc_version") == IntPtr.Zero ? "linux-musl"
                : "linux";
            return system + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        }

        static IntPtr Open(string path, string otherwise)
        {
            if (!Windows)
                dlerror(); // The runtime looks for a function at its first call, and that changes the error.
            var opened = Windows ? LoadLibrary(path) : dlopen(Native.Utf8(path), Now);
            if (opened != IntPtr.Zero)
                return opened;
            var said = Windows ? IntPtr.Zero : dlerror();
            var why = said == IntPtr.Zero ? "error " + Marshal.GetLastWin32Error() : Native.Text(said);
            throw new DllNotFoundException(otherwise + ": " + why);
        }

        // musl takes this name for itself.
        [DllImport("libdl.so.2")]
        static extern IntPtr dlopen(byte[] path, int flags);
        [DllImport("libdl.so.2", CharSet = CharSet.Ansi, BestFitMapping = false)]
        static extern IntPtr dlsym(IntPtr handle, string name);
        [DllImport("libdl.so.2")]
        static extern IntPtr dlerror();
        [DllImport("kernel32", CharSet = CharSet.Unicode, EntryPoint = "LoadLibraryW", SetLastError = true)]
        static extern IntPtr LoadLibrary(string path);
        [DllImport("kernel32", CharSet = CharSet.Ansi, BestFitMapping = false)]
        static extern IntPtr GetProcAddress(IntPtr handle, string name);
    }
}
