using System.Diagnostics;

namespace Slerp.Engine.Backends.Cpu.Screening;

/// <summary>Logits that <see cref="IComputeBackend.Score"/> was asked for and nobody has read yet: the first question decides how many of them are computed.</summary>
/// <remarks>Belongs to one tensor handle and is used again with it. Engine thread only.</remarks>
internal sealed class DeferredScores(CpuBackend backend)
{
    private State _state;
    private float[] _bounds = [];
    private bool[] _isWanted = [];
    private int[] _panels = [];
    private int _wanted;
    private int _exact;
    private int _chosen;
    private int _kind;
    private long _ticks;

    private enum State
    {
        /// <summary>All there is to compute is computed, or the memory serves another tensor.</summary>
        Settled,

        /// <summary>Nothing is computed.</summary>
        Asked,

        /// <summary>Some panels are exact; of all others the bounds are known.</summary>
        Screened,
    }

    /// <summary>The head.</summary>
    public CpuMatrix Head { get; private set; } = null!;

    /// <summary>Its screen.</summary>
    public HeadScreen Screen => Head.Screen!;

    /// <summary>The hidden rows.</summary>
    public CpuTensor X { get; private set; } = null!;

    /// <summary>Where logits go.</summary>
    public CpuTensor Logits { get; private set; } = null!;

    /// <summary>Where the largest of each block go.</summary>
    public CpuTensor Maxima { get; private set; } = null!;

    /// <summary>Whether bounds are known, and only <see cref="Exact"/> panels may be read.</summary>
    public bool IsScreened => _state == State.Screened;

    /// <summary>The panels whose logits are computed, ascending.</summary>
    public ReadOnlySpan<int> Exact => _panels.AsSpan(0, _exact);

    /// <summary>The panels that are asked for and not computed yet, ascending.</summary>
    public ReadOnlySpan<int> Wanted
    {
        get
        {
            var wanted = _panels.AsSpan(_exact, _wanted - _exact);
            wanted.Sort();
            return wanted;
        }
    }

    /// <summary>Bounds of all rows' panels, one row behind another.</summary>
    public Span<float> Bounds => _bounds.AsSpan(0, Logits.Rows * Screen.Panels);

    /// <summary>Takes a product over.</summary>
    public void Begin(CpuMatrix head, CpuTensor x, CpuTensor logits, CpuTensor maxima)
    {
        Release();
        (Head, X, Logits, Maxima) = (head, x, logits, maxima);
        (_state, _chosen, _ticks, _wanted, _exact) = (State.Asked, 0, 0, 0, 0);
        if (_bounds.Length < x.Rows * Screen.Panels)
        {
            _bounds = new float[x.Rows * Screen.Panels];
        }

        if (_panels.Length < Screen.Panels)
        {
            (_panels, _isWanted) = (new int[Screen.Panels], new bool[Screen.Panels]);
        }

        _isWanted.AsSpan(0, Screen.Panels).Clear();
    }

    /// <summary>Bounds of a row's panels.</summary>
    public Span<float> BoundsOf(int row) => Bounds.Slice(row * Screen.Panels, Screen.Panels);

    /// <summary>Asks for a panel, unless somebody has.</summary>
    public void Want(int panel)
    {
        if (!_isWanted[panel])
        {
            _isWanted[panel] = true;
            _panels[_wanted++] = panel;
        }
    }

    /// <summary>Says that what was wanted is computed.</summary>
    public void Accept()
    {
        _exact = _wanted;
        _panels.AsSpan(0, _exact).Sort();
    }

    /// <summary>Computes at least the k largest of every row.</summary>
    public void Choose(int k)
    {
        if (_state == State.Settled || k <= _chosen)
        {
            return;
        }

        if (_state == State.Asked)
        {
            _kind = ScreenPrices.KindOf(Logits.Rows, k);
        }

        var start = Stopwatch.GetTimestamp();
        var isScreened = _state == State.Screened || (k <= HeadScreen.MostChosen && Screen.Prices.Chooses(_kind));
        if (!isScreened || k > HeadScreen.MostChosen || !backend.TryScoreLargest(this, k))
        {
            ScoreAll();
            // Where there are no bounds, screening has cost its time all the same: a head that never has any learns to do without.
            Settle(isScreened, start);
            return;
        }

        (_state, _chosen) = (State.Screened, k);
        _ticks += Stopwatch.GetTimestamp() - start;
    }

    /// <summary>Computes all.</summary>
    public void Finish()
    {
        switch (_state)
        {
            case State.Screened:
                var start = Stopwatch.GetTimestamp();
                ScoreAll();
                Settle(isScreened: true, start);
                break;
            case State.Asked:
                // Nobody wanted the largest alone: nothing is learned of what they cost.
                ScoreAll();
                _state = State.Settled;
                break;
        }
    }

    /// <summary>Lets the product go: nobody will read it.</summary>
    public void Release()
    {
        if (_state == State.Screened)
        {
            Screen.Prices.Note(_kind, isScreened: true, _ticks);
        }

        _state = State.Settled;
    }

    private void ScoreAll() => backend.ScoreAll(Head, X, Logits, Maxima);

    private void Settle(bool isScreened, long start)
    {
        Screen.Prices.Note(_kind, isScreened, _ticks + Stopwatch.GetTimestamp() - start);
        _state = State.Settled;
    }
}
