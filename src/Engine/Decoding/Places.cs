namespace Slerp.Engine.Decoding;

/// <summary>The places of requests in flight. Thread-safe.</summary>
/// <param name="most">How many there are.</param>
internal sealed class Places(long most)
{
    private int _taken;

    /// <summary>Requests in flight.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Whether all are taken.</summary>
    public bool AreTaken => Taken >= most;

    /// <summary>A place; null where all are taken.</summary>
    public Place? TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= most)
        {
            return new Place(this);
        }

        Interlocked.Decrement(ref _taken);
        return null;
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
                Interlocked.Decrement(ref places._taken);
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
