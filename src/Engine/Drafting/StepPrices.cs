using System.Numerics;

namespace Slerp.Engine.Drafting;

/// <summary>What a whole step over M rows costs: as measured at load, corrected by what steps take lately.</summary>
/// <remarks>
/// <para>Formula: price(M) = curve(M) · e^(s(M) - s(1)), s being what <see cref="SizePaces"/> learned at 1, 2, 4 … 256 rows, interpolated in log2 M.</para>
/// <para>The curve times a forward pass over an empty cache at the best of a few moments. A step also grows a tree, looks for the likeliest tokens of every
/// row, moves accepted rows together and reads a longer context; and a curve that was disturbed stays disturbed.</para>
/// <para>Only steps of different sizes tell what sizes cost. Where there was no plain step for a while, one is due, after twice as many steps each time
/// unless it was faster than believed: without it nothing would tell that drafts have become slower than none. Where drafts add less than an octave of rows,
/// as in a large batch, plain and drafted steps are of one size: then nothing is told, and nothing is due.</para>
/// <para>Engine thread only. A wrong price costs time, never a token.</para>
/// </remarks>
internal sealed class StepPrices
{
    // Heuristics: a plain step in sixteen at first, in five hundred later, is what it may cost to ask; how much faster than believed is no accident; how fast
    // the unit follows the machine, and how far one stall may take it.
    private const int LeastPatience = 16;
    private const int MostPatience = 512;
    private const double Faster = -0.25;
    private const double Following = 0.1;
    private const double MostMove = 1;

    private readonly CostCurve _curve;
    private readonly TimeProvider? _time;
    private readonly SizePaces _paces = new();
    private readonly long[] _seen = new long[SizePaces.Count];
    private readonly int[] _patience = [.. Enumerable.Repeat(LeastPatience, SizePaces.Count)];
    private int _askedSize = -1;
    private double _unitPace;
    private long _steps;
    private long _start;
    private TimeSpan _elapsed;

    /// <summary>Creates the prices of an engine.</summary>
    /// <param name="curve">What was measured at load.</param>
    /// <param name="time">The clock; null takes the curve as it stands.</param>
    public StepPrices(CostCurve curve, TimeProvider? time = null)
    {
        _curve = curve;
        _time = time;
    }

    /// <summary>Whether steps correct the prices: not while a comparison runs what the drafter at hand would not have seen.</summary>
    public bool Learns { get; set; } = true;

    /// <summary>Seconds of a step over one row: the unit of the prices.</summary>
    public double Seconds => _curve.Seconds * Math.Exp(_unitPace);

    /// <summary>The price of a step over <paramref name="rows"/> rows, in steps over one.</summary>
    public double this[int rows] => _time is null
        ? _curve[rows]
        : _curve[rows] * Math.Exp(_paces.Hope(Math.Clamp(Math.Log2(rows), 0, SizePaces.Count - 1)) - _paces.Hope(0));

    /// <summary>Whether the next step should go without drafts, so that the price of that is known.</summary>
    /// <param name="rows">Rows it has without them; all of them decode.</param>
    public bool IsPlainStepDue(int rows)
    {
        var size = SizeOf(rows);
        if (_time is null || _steps - _seen[size] < _patience[size])
        {
            return false;
        }

        // Asked for once, whatever becomes of the step: it may be measured at another size, or by a clock that stands still.
        _seen[size] = _steps;
        _askedSize = size;
        return true;
    }

    /// <summary>A step begins: its stopwatch stands at zero, and still.</summary>
    public void BeginStep() => _elapsed = TimeSpan.Zero;

    /// <summary>Its stopwatch runs. What a drafter's own passes take is priced by the drafter and left out.</summary>
    public void Start() => _start = _time?.GetTimestamp() ?? 0;

    /// <summary>Its stopwatch rests.</summary>
    public void Stop() => _elapsed += _time?.GetElapsedTime(_start) ?? TimeSpan.Zero;

    /// <summary>The step has ended. Call it only for a step of which every row decoded: rows of a prompt cost less.</summary>
    /// <param name="rows">Its rows, drafts among them.</param>
    public void EndStep(int rows)
    {
        var asked = _askedSize;
        _askedSize = -1;
        // Less than the clock can tell is no time.
        if (!Learns || _elapsed <= TimeSpan.Zero)
        {
            return;
        }

        var size = SizeOf(rows);
        var pace = Math.Log(_elapsed.TotalSeconds / (_curve.Seconds * _curve[rows]));
        var surprise = _paces.Add(size, pace);
        if (size == asked)
        {
            _patience[size] = surprise < Faster ? LeastPatience : Math.Min(_patience[size] * 2, MostPatience);
        }

        var unit = pace - _paces.Mean(size);
        _unitPace += (_steps == 0 ? 1 : Following) * Math.Clamp(unit - _unitPace, -MostMove, MostMove);
        _seen[size] = ++_steps;
    }

    // The nearest power of two, in proportion: 3 to 5 rows are about 4.
    private static int SizeOf(int rows)
    {
        var floor = BitOperations.Log2((uint)rows);
        return Math.Min(SizePaces.Count - 1, (long)rows * rows > 1L << ((2 * floor) + 1) ? floor + 1 : floor);
    }
}
