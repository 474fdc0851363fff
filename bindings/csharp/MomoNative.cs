// momo.h, by the library that MomoLibrary has found. Strings go both ways as bytes: what the runtime calls ANSI is UTF-8 on some
// systems only.
using System;
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

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate ConfigHandle CreateConfigCall();

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int SetOptionCall(ConfigHandle config, byte[] name, byte[] value, out IntPtr error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int SetOptionsCall(ConfigHandle config, out IntPtr error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        delegate int SetLoggerCall(
            ConfigHandle config, Log log, IntPtr userData, FreeUserData free, int level, out IntPtr error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int CreateClientCall(ConfigHandle config, out ClientHandle client, out IntPtr error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate ClientHandle CloneCall(ClientHandle client);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void CancelCall(ClientHandle client);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int Call(ClientHandle client, long timeoutMs, out IntPtr token, out IntPtr error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int InvalidateCall(ClientHandle client, byte[] accessToken, out IntPtr error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        delegate int GetStatsCall(ClientHandle client, out IntPtr stats, out IntPtr error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate IntPtr NameCall(int status);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void FreeCall(IntPtr handle);

        static CreateConfigCall momo_create_config;
        internal static SetOptionCall momo_set_option;
        internal static SetOptionsCall momo_set_options_from_env;
        static SetLoggerCall momo_set_logger;
        internal static FreeCall momo_free_config;
        internal static CreateClientCall momo_create_client;
        internal static CloneCall momo_clone_client;
        internal static CancelCall momo_cancel_client;
        internal static FreeCall momo_free_client;
        internal static Call momo_create_token;
        internal static Call momo_get_token;
        internal static InvalidateCall momo_invalidate_token;
        static GetStatsCall momo_get_stats;
        static FreeCall momo_free_stats;
        static FreeCall momo_free_token;
        static FreeCall momo_free_error;
        internal static NameCall momo_status_name;

        // All are there, or none: what fails here is tried again by the next client.
        static void Load()
        {
            lock (Loading)
            {
                if (momo_create_config != null)
                    return;
                var library = new MomoLibrary();
                momo_set_option = library.Function<SetOptionCall>("momo_set_option");
                momo_set_options_from_env = library.Function<SetOptionsCall>("momo_set_options_from_env");
                momo_set_logger = library.Function<SetLoggerCall>("momo_set_logger");
                momo_free_config = library.Function<FreeCall>("momo_free_config");
                momo_create_client = library.Function<CreateClientCall>("momo_create_client");
                momo_clone_client = library.Function<CloneCall>("momo_clone_client");
                momo_cancel_client = library.Function<CancelCall>("momo_cancel_client");
                momo_free_client = library.Function<FreeCall>("momo_free_client");
                momo_create_token = library.Function<Call>("momo_create_token");
                momo_get_token = library.Function<Call>("momo_get_token");
                momo_invalidate_token = library.Function<InvalidateCall>("momo_invalidate_token");
                momo_get_stats = library.Function<GetStatsCall>("momo_get_stats");
                momo_free_stats = library.Function<FreeCall>("momo_free_stats");
                momo_free_token = library.Function<FreeCall>("momo_free_token");
                momo_free_error = library.Function<FreeCall>("momo_free_error");
                momo_status_name = library.Function<NameCall>("momo_status_name");
                momo_create_config = library.Function<CreateConfigCall>("momo_create_config");
            }
        }

        static readonly object Loading = new object();

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

        /// <summary>What every use begins with.</summary>
        internal static ConfigHandle CreateConfig()
        {
            Load();
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
