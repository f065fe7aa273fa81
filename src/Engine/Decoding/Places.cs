namespace Slerp.Engine.Decoding;

/// <summary>The places of requests in flight. Thread-safe.</summary>
/// <param name="most">How many there are.</param>
internal sealed class Places(long most)
{
    private int _taken;
    private TaskCompletionSource? _nextLeave;

    /// <summary>Requests in flight.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Whether all are taken.</summary>
    public bool AreTaken => Taken >= most;

    /// <summary>Completes when a place is given back after this was read: read it before trying to take one, and none is missed.</summary>
    public Task NextLeave
    {
        get
        {
            var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (Interlocked.CompareExchange(ref _nextLeave, fresh, null) ?? fresh).Task;
        }
    }

    /// <summary>A place; null where all are taken.</summary>
    public Place? TryTake()
    {
        // Never one too many, not even for a moment: giving that one back would wake whoever waits for a place, this caller among them.
        for (var taken = Taken; taken < most; taken = Taken)
        {
            if (Interlocked.CompareExchange(ref _taken, taken + 1, taken) == taken)
            {
                return new Place(this);
            }
        }

        return null;
    }

    private void GiveBack()
    {
        Interlocked.Decrement(ref _taken);
        Interlocked.Exchange(ref _nextLeave, null)?.TrySetResult();
    }

    /// <summary>The place of one request.</summary>
    internal sealed class Place(Places places)
    {
        private int _isHeld = 1;

        /// <summary>Gives it back; once is enough.</summary>
        public void Leave()
        {
            if (Interlocked.Exchange(ref _isHeld, 0) == 1)
            {
                places.GiveBack();
            }
        }

        /// <summary>Takes it again where it was given back: the request goes on, whatever the limit.</summary>
        public void Return()
        {
            if (Interlocked.Exchange(ref _isHeld, 1) == 0)
            {
                Interlocked.Increment(ref places._taken);
            }
        }
    }
}
