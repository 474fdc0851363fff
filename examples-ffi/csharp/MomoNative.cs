// momo.h for P/Invoke. Strings go both ways as bytes: what the runtime calls ANSI is UTF-8 on some
// systems only.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Momo
{
    sealed class ConfigHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        ConfigHandle() : base(true) { }

        protected override bool ReleaseHandle()
        {
            Native.momo_free_config(handle);
            return true;
        }
    }

    sealed class ClientHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        ClientHandle() : base(true) { }

        protected override bool ReleaseHandle()
        {
            Native.momo_free_client(handle);
            return true;
        }
    }

    static class Native
    {
        const string Library = "libmomo.so.0";

        [StructLayout(LayoutKind.Sequential)]
        internal struct Error
        {
            internal int Status;
            internal int HttpStatus;
            internal long RetryAfterMs;
            internal IntPtr Message;
            internal IntPtr Code;
            internal IntPtr Body;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Token
        {
            internal IntPtr AccessToken;
            internal IntPtr TokenType;
            internal IntPtr Authorization;
            internal long ExpiresIn;
            internal long ExpiresAt;
            internal long Lifetime;
            internal int RefreshStatus;
            internal long RefreshIn;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Stats
        {
            internal long Requests;
            internal long TokensIssued;
            internal long NetworkFailures;
            internal long CredentialFailures;
            internal long RateLimitFailures;
            internal long ServerFailures;
            internal long ResponseFailures;
            internal long Retries;
            internal long Refreshes;
            internal long FailedRefreshes;
            internal long Waits;
            internal long LongestWaitMs;
            internal long Invalidations;
            internal long LastRequestMs;
            internal long LastFailureStatus;
            internal long LastFailureAt;
            internal long TokenExpiresIn;
            internal long CooldownMs;
            internal long TokensAdopted;
            internal long TokenOrigin;
        }

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        delegate void Log(IntPtr userData, int level, IntPtr line);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        delegate void FreeUserData(IntPtr userData);

        internal delegate int Call(ClientHandle client, long timeoutMs, out IntPtr token, out IntPtr error);

        [DllImport("libdl.so.2")]
        static extern IntPtr dlopen(string path, int flags);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        static extern ConfigHandle momo_create_config();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int momo_set_option(ConfigHandle config, byte[] name, byte[] value, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int momo_set_options_from_env(ConfigHandle config, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        static extern int momo_set_logger(
            ConfigHandle config, Log log, IntPtr userData, FreeUserData free, int level, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void momo_free_config(IntPtr config);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int momo_create_client(ConfigHandle config, out ClientHandle client, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ClientHandle momo_clone_client(ClientHandle client);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void momo_cancel_client(ClientHandle client);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void momo_free_client(IntPtr client);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int momo_create_token(
            ClientHandle client, long timeoutMs, out IntPtr token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int momo_get_token(
            ClientHandle client, long timeoutMs, out IntPtr token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int momo_invalidate_token(ClientHandle client, byte[] accessToken, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        static extern int momo_get_stats(ClientHandle client, out IntPtr stats, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        static extern void momo_free_stats(IntPtr stats);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        static extern void momo_free_token(IntPtr token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        static extern void momo_free_error(IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr momo_status_name(int status);

        // The library keeps these two: they are static, so that no collection takes them.
        static readonly Log LogLine = (userData, level, line) =>
        {
            // Nothing may be thrown through C.
            try
            {
                var log = (Action<MomoLogLevel, string>)GCHandle.FromIntPtr(userData).Target;
                log((MomoLogLevel)level, Text(line));
            }
            catch (Exception)
            {
            }
        };

        static readonly FreeUserData FreeLogger = userData => GCHandle.FromIntPtr(userData).Free();

        /// <summary>What every use begins with: a library that is loaded is then found by its soname.</summary>
        internal static ConfigHandle CreateConfig()
        {
            var path = Environment.GetEnvironmentVariable("LIBMOMO_PATH");
            if (!string.IsNullOrEmpty(path))
                dlopen(path, 2 /* RTLD_NOW */);
            return LoadedConfig();
        }

        // Mono looks for the library when it compiles the caller: this one after CreateConfig runs.
        [MethodImpl(MethodImplOptions.NoInlining)]
        static ConfigHandle LoadedConfig()
        {
            return momo_create_config();
        }

        internal static void SetLogger(ConfigHandle config, Action<MomoLogLevel, string> log, MomoLogLevel level)
        {
            IntPtr error;
            int status;
            if (log == null)
            {
                status = momo_set_logger(config, null, IntPtr.Zero, null, (int)level, out error);
            }
            else
            {
                // The library frees it, also where this call fails.
                var held = GCHandle.ToIntPtr(GCHandle.Alloc(log));
                status = momo_set_logger(config, LogLine, held, FreeLogger, (int)level, out error);
            }
            Check(status, error);
        }

        internal static MomoToken HandOut(Call call, ClientHandle client, TimeSpan? timeout)
        {
            // Less than nothing is what is left until a deadline that has passed; -1 would be the
            // default. A part of a millisecond is not nothing.
            var ms = timeout == null ? -1 : Math.Max(0, (long)Math.Ceiling(timeout.Value.TotalMilliseconds));
            Check(call(client, ms, out var token, out var error), error);
            try
            {
                return new MomoToken(Marshal.PtrToStructure<Token>(token));
            }
            finally
            {
                momo_free_token(token);
            }
        }

        internal static MomoStats GetStats(ClientHandle client)
        {
            Check(momo_get_stats(client, out var stats, out var error), error);
            try
            {
                return new MomoStats(Marshal.PtrToStructure<Stats>(stats));
            }
            finally
            {
                momo_free_stats(stats);
            }
        }

        internal static void Check(int status, IntPtr error)
        {
            if (status == (int)MomoStatus.Ok)
                return;
            try
            {
                throw new MomoException(Marshal.PtrToStructure<Error>(error));
            }
            finally
            {
                momo_free_error(error);
            }
        }

        internal static byte[] Utf8(string text)
        {
            if (text == null)
                return null;
            // C would take what stands before it. The text is not repeated: it may be a secret.
            if (text.IndexOf('\0') >= 0)
                throw new ArgumentException("a string for libmomo has a NUL in it");
            return Encoding.UTF8.GetBytes(text + "\0");
        }

        internal static string Text(IntPtr utf8)
        {
            var length = 0;
            while (Marshal.ReadByte(utf8, length) != 0)
                length++;
            var bytes = new byte[length];
            Marshal.Copy(utf8, bytes, 0, length);
            return Encoding.UTF8.GetString(bytes);
        }
    }
}
