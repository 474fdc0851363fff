// How tasks wait for a token: they take no thread.
using System;
using System.Threading.Tasks;

namespace Momo
{
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
                return Native.TryGet(Native.momo_get_token, client, TimeSpan.Zero, out _)?.Status == MomoStatus.WouldBlock;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }
    }
}
