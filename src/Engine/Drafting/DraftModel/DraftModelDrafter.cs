using Slerp.Engine.Drafting.TreeGrowth;

namespace Slerp.Engine.Drafting.DraftModel;

/// <summary>Drafts with a second model of the same vocabulary: one pass over it per depth for all sequences, then the tree that pays.</summary>
/// <remarks>
/// <para>Formula: a sequence drafts on while w·a &gt; (E / T)·(c + Δt): its chain's chance w times its mean chance a of a right guess, against the
/// expected tokens E over the cost T of the step so far, times the price of a pass of the draft (<see cref="PassPrice"/>) and of a further row of the
/// target's, both in steps of one row of the target's.</para>
/// <para>Source: Leviathan et al. 2022 (2211.17192), whose fixed draft length this price replaces.</para>
/// </remarks>
internal sealed class DraftModelDrafter : IDrafter
{
    // A tree of the size that is nearly free on a large card, as for the other drafters.
    private const int MaxNodes = 64;
    private const int MaxDepth = 16;

    // Most rows of one pass: a long prompt is read over several steps, so that the others of the batch do not wait for it.
    private const int MaxPassRows = 512;

    private readonly Lazy<DraftingModel> _model;
    private readonly TreeDrafter _trees;
    private readonly StepPrices _costs;
    private readonly PassPrice _price;
    private readonly int _vocabularySize;
    private readonly List<DraftModelSource> _drafting = [];
    private readonly List<DraftModelSource> _speaking = [];
    private DraftPass? _pass;

    /// <summary>Creates the drafter; it owns the model.</summary>
    /// <param name="model">The model, or what is told to every sequence that asks for it where it could not be loaded.</param>
    /// <param name="costs">What rows of the target's cost.</param>
    /// <param name="vocabularySize">Ids of the target's vocabulary.</param>
    /// <param name="time">The clock that prices are corrected by; null takes the costs as they stand.</param>
    public DraftModelDrafter(Lazy<DraftingModel> model, StepPrices costs, int vocabularySize, TimeProvider? time)
    {
        _price = new PassPrice(costs, time);
        _model = model;
        _costs = costs;
        _vocabularySize = vocabularySize;
        _trees = new TreeDrafter(Name, costs, MaxNodes, context => [new DraftModelSource(context, model.Value, _price)]);
    }

    /// <inheritdoc />
    public string Name => "draft";

    /// <inheritdoc />
    public DraftSession Open(IDraftContext context) => _trees.Open(context);

    /// <inheritdoc />
    public void Propose(ReadOnlySpan<DraftTask> tasks, int plainRows)
    {
        _drafting.Clear();
        foreach (var task in tasks)
        {
            var session = (TreeSession)task.Session;
            var source = (DraftModelSource)session.Sources[0];
            if (session.IsAwake(0) && source.TryBegin() && task.MaxNodes > 0)
            {
                source.MaxGuesses = Math.Min(task.MaxNodes, MaxDepth);
                _drafting.Add(source);
            }
        }

        var spent = Draft(tasks.Length, plainRows);
        _trees.Propose(tasks, plainRows, spent);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _trees.Dispose();
        if (_model.IsValueCreated)
        {
            _model.Value.Dispose();
        }
    }

    // Returns what the passes cost.
    private double Draft(int sequences, int plainRows)
    {
        var (expected, spent, rows) = ((double)sequences, 0.0, plainRows);
        for (var depth = 0; depth < MaxDepth; depth++)
        {
            KeepThoseItPaysFor(expected / (_costs[rows] + spent), rows, isFirst: depth == 0);
            if (_drafting.Count == 0)
            {
                break;
            }

            spent += RunPass();
            foreach (var source in _drafting)
            {
                expected += source.Weight;
                rows++;
            }
        }

        return spent;
    }

    private void KeepThoseItPaysFor(double rate, int rows, bool isFirst)
    {
        var count = _drafting.Count;
        if (count == 0)
        {
            return;
        }

        var price = rate * (_price[_model.Value.Costs, count] + _costs[rows + count] - _costs[rows]) / count;
        var kept = 0;
        for (var index = 0; index < count; index++)
        {
            var source = _drafting[index];
            if (source.Count < source.MaxGuesses && (source.Hope > price || (isFirst && source.IsProbing)))
            {
                _drafting[kept++] = source;
            }
        }

        _drafting.RemoveRange(kept, count - kept);
    }

    // Leaves those in the round that have a new guess; returns what the pass cost.
    private double RunPass()
    {
        var pass = _pass ??= new DraftPass(_model.Value.Decoder, _model.Value.Cache, _model.Value.Workspace);
        pass.Begin();
        _speaking.Clear();
        foreach (var source in _drafting)
        {
            if (source.TryRead(pass, MaxPassRows - pass.Rows, out var speaks) && speaks)
            {
                _speaking.Add(source);
            }
        }

        _drafting.Clear();
        if (pass.Rows == 0)
        {
            return 0;
        }

        var costs = _model.Value.Costs;
        _price.BeginPass(costs, pass.Rows);
        var output = pass.Run();
        for (var row = 0; row < _speaking.Count; row++)
        {
            if (_speaking[row].TryTake(pass, output, row, _vocabularySize))
            {
                _drafting.Add(_speaking[row]);
            }
        }

        _price.EndPass();
        return _price[costs, pass.Rows];
    }
}
