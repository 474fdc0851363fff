// momo.h, by the library that MomoLibrary has found. Strings go both ways as bytes: what the runtime
// calls ANSI is UTF-8 on some systems only.
using System;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace Momo
{
    sealed class ClientHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        ClientHandle() : base(true) { }

        protected override bool ReleaseHandle()
        {
            Native.C.momo_free_client(handle);
            return true;
        }
    }

    sealed class Functions
    {
        // Without a calling convention: 64-bit platforms have one each.
        internal delegate void Log(IntPtr userData, int level, IntPtr line);
        internal delegate IntPtr PointerCall();
        internal delegate int SetOptionCall(IntPtr config, byte[] name, byte[] value, out IntPtr error);
        internal delegate int SetOptionsCall(IntPtr config, out IntPtr error);
        internal delegate int SetLoggerCall(
            IntPtr config, Log log, IntPtr userData, FreeCall free, int level, out IntPtr error);
        internal delegate int CreateClientCall(IntPtr config, out ClientHandle client, out IntPtr error);
        internal delegate ClientHandle CloneCall(ClientHandle client);
        internal delegate void CancelCall(ClientHandle client);
        internal delegate int Call(ClientHandle client, long timeoutMs, out IntPtr token, out IntPtr error);
        internal delegate int InvalidateCall(ClientHandle client, byte[] accessToken, out IntPtr error);
        internal delegate int GetCall(ClientHandle client, out IntPtr output, out IntPtr error);
        internal delegate IntPtr NameCall(int status);
        internal delegate void FreeCall(IntPtr handle);
        internal delegate void ClearCall();

#pragma warning disable 649 // The constructor sets them all.
        internal PointerCall momo_create_config, momo_version;
        internal SetOptionCall momo_set_option;
        internal SetOptionsCall momo_set_options_from_env;
        internal SetLoggerCall momo_set_logger;
        internal CreateClientCall momo_create_client;
        internal CloneCall momo_clone_client;
        internal CancelCall momo_cancel_client;
        internal Call momo_create_token, momo_get_token;
        internal InvalidateCall momo_invalidate_token;
        internal GetCall momo_get_options, momo_get_stats;
        internal FreeCall momo_free_config, momo_free_client;
        internal FreeCall momo_free_options, momo_free_stats, momo_free_token, momo_free_error;
        internal NameCall momo_status_name;
        internal ClearCall momo_clear_cache;
#pragma warning restore 649

        internal Functions()
        {
            var library = new MomoLibrary();
            const BindingFlags all = BindingFlags.Instance | BindingFlags.NonPublic;
            foreach (var field in typeof(Functions).GetFields(all))
                field.SetValue(this, library.Function(field.Name, field.FieldType));
        }
    }

    static class Native
    {
        internal struct Error
        {
            internal int Status, HttpStatus;
            internal long RetryAfterMs;
            internal IntPtr Message, Code, Body;
        }

        internal struct Token
        {
            internal IntPtr AccessToken, TokenType, Authorization;
            internal long ExpiresIn, ExpiresAt, Lifetime;
            internal int RefreshStatus;
            internal long RefreshIn;
        }

        // A failure is not kept: the next use looks again.
        static readonly Lazy<Functions> Loaded =
            new Lazy<Functions>(() => new Functions(), LazyThreadSafetyMode.PublicationOnly);

        internal static Functions C => Loaded.Value;

        // The library keeps these two: they are static, so that no collection takes them.
        internal static readonly Functions.Log LogLine = (userData, level, line) =>
        {
            // Nothing may be thrown through C.
            try
            {
                var log = (Action<MomoLogLevel, string>)GCHandle.FromIntPtr(userData).Target;
                log?.Invoke((MomoLogLevel)level, Text(line));
            }
            catch (Exception) { }
        };

        internal static readonly Functions.FreeCall FreeLogger = userData => GCHandle.FromIntPtr(userData).Free();

        /// <summary>The token, or else why there is none.</summary>
        internal static MomoException TryGet(
            Functions.Call call, ClientHandle client, long timeoutMs, out MomoToken token)
        {
            var failure = Failure(call(client, timeoutMs, out var pointer, out var error), error);
            token = failure == null ? new MomoToken(Marshal.PtrToStructure<Token>(pointer)) : null;
            C.momo_free_token(pointer);
            return failure;
        }

        /// <summary>Rounded up: a part of a millisecond is not nothing.</summary>
        internal static long Milliseconds(TimeSpan? timeout)
        {
            if (timeout < TimeSpan.Zero)
                throw new ArgumentOutOfRangeException(nameof(timeout), "the timeout is negative; null is the option timeout");
            var day = TimeSpan.FromDays(1);
            return timeout == null ? -1 : (long)Math.Ceiling((timeout < day ? timeout.Value : day).TotalMilliseconds);
        }

        internal static void Check(int status, IntPtr error)
        {
            var failure = Failure(status, error);
            if (failure != null)
                throw failure;
        }

        static MomoException Failure(int status, IntPtr error)
        {
            if (status == (int)MomoStatus.Ok)
                return null;
            var e = Marshal.PtrToStructure<Error>(error);
            var retryAfter = e.RetryAfterMs < 0 ? (TimeSpan?)null : TimeSpan.FromMilliseconds(e.RetryAfterMs);
            var failure = new MomoException((MomoStatus)status, Text(e.Message), e.HttpStatus, Text(e.Code),
                Text(e.Body), retryAfter, Text(C.momo_status_name(status)));
            C.momo_free_error(error);
            return failure;
        }

        internal static byte[] Utf8(string text)
        {
            // C would take what stands before it. The text is not repeated: it may be a secret.
            if (text?.IndexOf('\0') >= 0)
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
