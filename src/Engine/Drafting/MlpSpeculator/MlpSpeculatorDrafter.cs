using Slerp.Engine.Drafting.TreeGrowth;

namespace Slerp.Engine.Drafting.MlpSpeculator;

/// <summary>Drafts with a speculator: one batched pass of the small network per stage for all sequences, then the tree that pays.</summary>
/// <remarks>
/// <para>After each stage the likeliest few paths of a sequence are followed; a stage whose measured price is more than what such stages have brought
/// lately is not run: gain / expected tokens against price / cost of the step so far.</para>
/// <para>Source: Wertheimer et al. 2024 (2404.19124); the tree from path products as in <see cref="TreeDrafter"/>.</para>
/// </remarks>
internal sealed class MlpSpeculatorDrafter : IDrafter
{
    // A tree of the size that is nearly free on a large card, as for the other drafters.
    private const int MaxNodes = 64;
    private const int MaxTopK = 8;

    private readonly Lazy<SpeculatorNetwork> _speculator;
    private readonly TreeDrafter _trees;
    private readonly StepPrices _costs;
    private readonly TimeProvider? _time;
    private readonly long _targetParameters;
    private StagePrices? _prices;
    private HitRate[] _yields = [];
    private readonly List<Live> _live = [];
    private readonly List<Live> _next = [];
    private readonly List<(int Row, Live Live)> _heirs = [];
    private float[] _states = [];
    private float[] _nextStates = [];
    private float[] _chances = [];
    private int[] _candidates = [];
    private int[] _tokens = [];

    /// <summary>Creates the drafter; it owns the network.</summary>
    /// <param name="speculator">The speculator.</param>
    /// <param name="costs">What rows cost.</param>
    /// <param name="targetParameters">Weights of the target.</param>
    /// <param name="time">The clock that stages are priced by; null believes what is believed of their size.</param>
    public MlpSpeculatorDrafter(Lazy<SpeculatorNetwork> speculator, StepPrices costs, long targetParameters, TimeProvider? time)
    {
        _time = time;
        _speculator = speculator;
        _costs = costs;
        _targetParameters = targetParameters;
        _trees = new TreeDrafter(Name, costs, MaxNodes, _ => [new MlpSource(speculator.Value.Config)]);
    }

    /// <inheritdoc />
    public string Name => "mlp";

    private SpeculatorNetwork Network => _speculator.Value;

    /// <inheritdoc />
    public DraftSession Open(IDraftContext context) => _trees.Open(context);

    /// <inheritdoc />
    public void Propose(ReadOnlySpan<DraftTask> tasks, int plainRows)
    {
        _live.Clear();
        foreach (var task in tasks)
        {
            var session = (TreeSession)task.Session;
            var source = (MlpSource)session.Sources[0];
            if (session.IsAwake(0) && task.MaxNodes > 0 && source.HasHidden)
            {
                source.Begin(task.Tree.Tokens[0]);
                _live.Add(new Live(source, 0));
            }
        }

        if (_live.Count > 0)
        {
            Guess(plainRows);
        }

        _trees.Propose(tasks, plainRows);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _trees.Dispose();
        if (_speculator.IsValueCreated)
        {
            _speculator.Value.Dispose();
        }
    }

    private void Guess(int plainRows)
    {
        var config = Network.Config;
        var width = config.TargetWidth;
        EnsureCapacity(ref _states, _live.Count * width);
        for (var row = 0; row < _live.Count; row++)
        {
            var state = _states.AsSpan(row * width, width);
            _live[row].Source.Hidden.CopyTo(state);
            Network.Begin(state);
        }

        // Heuristic: before anything is known, a stage is thought to bring half of what it could.
        _prices ??= new StagePrices(Enumerable.Range(0, config.Stages).Select(stage => (double)Network.ParametersOf(stage) / _targetParameters), _costs);
        _yields = _yields.Length > 0 ? _yields : [.. Enumerable.Range(0, config.Stages).Select(static _ => new HitRate(0.5))];
        var sequences = _live.Count;
        var (expected, cost) = ((double)sequences, _costs[plainRows]);
        for (var stage = 0; stage < config.Stages && _live.Count > 0; stage++)
        {
            var hope = _live.Sum(static live => live.Source.Guesses[live.Node].Weight);
            var rows = plainRows + (stage * sequences);
            var price = _prices[stage] + _costs[rows + sequences] - _costs[rows];
            if (hope * _yields[stage].Value * cost < expected * price)
            {
                _prices.Passed(stage);
                return;
            }

            var start = _time?.GetTimestamp() ?? 0;
            RunStage(stage);
            var gain = Follow();
            if (_time?.GetElapsedTime(start) is { } elapsed)
            {
                _prices.Ran(stage, elapsed);
            }

            _yields[stage].Count(gain / hope);
            expected += gain;
            cost += price;
        }
    }

    private void RunStage(int stage)
    {
        var (rows, topK) = (_live.Count, Math.Min(MaxTopK, Network.Config.TopK[stage]));
        EnsureCapacity(ref _nextStates, rows * Network.Config.InnerWidth);
        EnsureCapacity(ref _chances, rows * topK);
        EnsureCapacity(ref _candidates, rows * topK);
        EnsureCapacity(ref _tokens, rows);
        for (var row = 0; row < rows; row++)
        {
            _tokens[row] = _live[row].Source.Guesses[_live[row].Node].Token;
        }

        var candidates = _candidates.AsSpan(0, rows * topK);
        var chances = _chances.AsSpan(0, rows * topK);
        Network.Run(stage, _states, _tokens.AsSpan(0, rows), _nextStates, candidates, chances);
        for (var row = 0; row < rows; row++)
        {
            _live[row].Source.Add(_live[row].Node, candidates.Slice(row * topK, topK), chances.Slice(row * topK, topK));
        }
    }

    // Keeps the likeliest new guesses of each sequence for the next stage, with their parents' states; returns what this stage is expected to bring.
    private double Follow()
    {
        var gain = 0.0;
        _next.Clear();
        var width = Network.Config.InnerWidth;
        for (var start = 0; start < _live.Count;)
        {
            var source = _live[start].Source;
            var end = start;
            _heirs.Clear();
            for (; end < _live.Count && ReferenceEquals(_live[end].Source, source); end++)
            {
                var node = source.Guesses[_live[end].Node];
                for (var child = node.FirstChild; child < node.FirstChild + node.Children; child++)
                {
                    gain += source.Guesses[child].Weight;
                    _heirs.Add((end, new Live(source, child)));
                }
            }

            _heirs.Sort(static (a, b) => b.Live.Source.Guesses[b.Live.Node].Weight.CompareTo(a.Live.Source.Guesses[a.Live.Node].Weight));
            foreach (var (row, live) in _heirs.Take(Network.Config.Paths))
            {
                EnsureCapacity(ref _states, (_next.Count + 1) * width);
                _nextStates.AsSpan(row * width, width).CopyTo(_states.AsSpan(_next.Count * width));
                _next.Add(live);
            }

            start = end;
        }

        _live.Clear();
        _live.AddRange(_next);
        return gain;
    }

    private static void EnsureCapacity<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            Array.Resize(ref buffer, Math.Max(length, buffer.Length * 2));
        }
    }

    private readonly record struct Live(MlpSource Source, int Node);
}
