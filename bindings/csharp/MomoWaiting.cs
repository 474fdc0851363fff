// One call of the library at a time, and the tasks that wait for it: they take no thread of the pool.
using System;
using System.Collections.Generic;
using System.Threading;
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
        sealed class Call
        {
            internal ClientHandle Clone; // of its own, as to cancel is final; null after the call
            internal readonly HashSet<TaskCompletionSource<object>> Waiters = new HashSet<TaskCompletionSource<object>>();
        }

        readonly Native.Call function;
        readonly TimeSpan? callTimeout;
        Call current;

        internal MomoWaiting(Native.Call function, TimeSpan? callTimeout)
        {
            this.function = function;
            this.callTimeout = callTimeout;
        }

        /// <summary>The next task begins another call.</summary>
        internal void Forget()
        {
            lock (this)
                current = null;
        }

        /// <summary>The call's token, an exception (a value, since each throw takes its time), or null if the
        /// time was up before.</summary>
        internal async Task<object> Wait(ClientHandle client, TimeSpan? timeout, CancellationToken cancellation)
        {
            var waiter = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
            var call = Join(client, waiter);
            try
            {
                using (cancellation.Register(() => waiter.TrySetResult(MomoException.Cancellation(cancellation))))
                using (timeout == null ? null :
                    new Timer(_ => waiter.TrySetResult(null), null, Native.Milliseconds(timeout), Timeout.Infinite))
                    return await waiter.Task.ConfigureAwait(false);
            }
            finally
            {
                Leave(call, waiter);
            }
        }

        Call Join(ClientHandle client, TaskCompletionSource<object> waiter)
        {
            lock (this)
            {
                if (current == null)
                {
                    var call = new Call { Clone = Native.momo_clone_client(client) };
                    new Thread(() => Run(call)) { IsBackground = true, Name = "momo" }.Start();
                    current = call;
                }
                current.Waiters.Add(waiter);
                return current;
            }
        }

        void Leave(Call call, TaskCompletionSource<object> waiter)
        {
            lock (this)
            {
                call.Waiters.Remove(waiter);
                if (call.Waiters.Count > 0 || call.Clone == null)
                    return;
                Hide(call);
                Native.momo_cancel_client(call.Clone);
            }
        }

        void Run(Call call)
        {
            MomoException failure;
            MomoToken token;
            using (new AtExit(call.Clone))
                failure = Native.TryGet(function, call.Clone, callTimeout, out token);
            lock (this)
            {
                Hide(call);
                call.Clone.Dispose();
                call.Clone = null;
                foreach (var waiter in call.Waiters)
                    waiter.TrySetResult((object)token ?? failure.Copy()); // each is thrown once
            }
        }

        void Hide(Call call)
        {
            if (current == call)
                current = null;
        }
    }
}
