// How calls wait and end: tasks take no thread.
using System;
using System.Threading.Tasks;

namespace Momo
{
    /// <summary>Cancels a call if the program ends: Mono would wait for a thread that is in C.</summary>
    sealed class AtExit : IDisposable
    {
        readonly EventHandler cancel;

        internal AtExit(ClientHandle client)
        {
            cancel = (sender, e) => Native.momo_cancel_client(client);
            AppDomain.CurrentDomain.ProcessExit += cancel;
        }

        public void Dispose() => AppDomain.CurrentDomain.ProcessExit -= cancel;
    }

    sealed class MomoWaiting
    {
        readonly ClientHandle client;
        TaskCompletionSource<bool> settled;

        internal MomoWaiting(ClientHandle client) { this.client = client; }

        /// <summary>Ends as soon as there is a token or a failure. One task looks for all.</summary>
        internal Task Outcome(int everyMs)
        {
            lock (this)
            {
                if (settled == null)
                {
                    settled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                    Look(everyMs);
                }
                return settled.Task;
            }
        }

        async void Look(int everyMs)
        {
            do
                await Task.Delay(everyMs).ConfigureAwait(false);
            while (IsUnderWay());
            lock (this)
            {
                settled.SetResult(true);
                settled = null;
            }
        }

        bool IsUnderWay()
        {
            try
            {
                var failure = Native.TryGet(Native.momo_get_token, client, TimeSpan.Zero, out _);
                return failure?.Status == MomoStatus.WouldBlock && failure.RetryAfter != null;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }
    }
}
