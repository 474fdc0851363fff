// How tasks wait: without a thread.
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Momo
{
    sealed class MomoWaiting
    {
        readonly ClientHandle client;
        // Each leaves at no cost: to leave one task that all wait for takes a search among all.
        readonly HashSet<TaskCompletionSource<bool>> waiters = new HashSet<TaskCompletionSource<bool>>();
        bool isLooking;

        internal MomoWaiting(ClientHandle client) { this.client = client; }

        /// <summary>Ends as soon as there is a token or a failure. One task looks for all.</summary>
        internal async Task Outcome(int everyMs, CancellationToken end)
        {
            var waiter = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (waiters)
            {
                waiters.Add(waiter);
                if (!isLooking)
                    Look(everyMs);
            }
            using (end.Register(() => waiter.TrySetResult(false)))
                await waiter.Task.ConfigureAwait(false);
            lock (waiters)
                waiters.Remove(waiter);
        }

        async void Look(int everyMs)
        {
            isLooking = true;
            MomoException failure;
            try
            {
                do
                {
                    await Task.Delay(everyMs).ConfigureAwait(false);
                    failure = Native.TryGet(Native.C.momo_get_token, client, 0, out _);
                } while (failure?.Status == MomoStatus.WouldBlock && failure.RetryAfter != null);
            }
            catch (ObjectDisposedException) // each waiter has its own
            {
            }
            lock (waiters)
            {
                isLooking = false;
                foreach (var waiter in waiters)
                    waiter.TrySetResult(true);
            }
        }
    }
}
