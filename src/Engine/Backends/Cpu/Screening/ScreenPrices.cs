using System.Numerics;

namespace Slerp.Engine.Backends.Cpu.Screening;

/// <summary>Times of choosing with and without a screen, by the number of rows: the cheaper way is taken, and now and then the other to learn of a change.</summary>
/// <remarks>Only speed depends on it: either way gives the same tokens. Engine thread only.</remarks>
internal sealed class ScreenPrices
{
    private const int Learned = 8;
    private const int Period = 64;
    private const double Forgetting = 1.02;

    private readonly Price[] _prices = new Price[2 * (BitOperations.Log2(HeadScreen.MostRows) + 1)];

    /// <summary>The price list of a question.</summary>
    /// <param name="rows">Rows of the step.</param>
    /// <param name="k">How many of each row's largest are wanted.</param>
    public static int KindOf(int rows, int k) => (2 * BitOperations.Log2((uint)rows)) + (k > 1 ? 1 : 0);

    /// <summary>Whether to screen this time.</summary>
    public bool Chooses(int kind)
    {
        ref var price = ref _prices[kind];
        price.Asked++;
        if (price.Screened.Count < Learned || price.Whole.Count < Learned)
        {
            return price.Screened.Count <= price.Whole.Count;
        }

        return price.Screened.Ticks <= price.Whole.Ticks != (price.Asked % Period == 0);
    }

    /// <summary>Notes what a step's questions took.</summary>
    public void Note(int kind, bool isScreened, long ticks)
    {
        ref var price = ref _prices[kind];
        if (isScreened)
        {
            price.Screened.Add(ticks);
        }
        else
        {
            price.Whole.Add(ticks);
        }
    }

    private struct Price
    {
        public Least Screened;
        public Least Whole;
        public int Asked;
    }

    // The least time counts, for what comes on top of it is other work on the machine; but it is forgotten little by little.
    private struct Least
    {
        public double Ticks;
        public int Count;

        public void Add(long ticks)
        {
            Ticks = Count == 0 ? ticks : Math.Min(ticks, Ticks * Forgetting);
            Count = Math.Min(Count + 1, Learned);
        }
    }
}
