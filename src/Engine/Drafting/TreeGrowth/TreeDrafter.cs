namespace Slerp.Engine.Drafting.TreeGrowth;

/// <summary>Grows trees best node first over all sources and sequences, and keeps as many nodes as pay.</summary>
/// <remarks>
/// <para>Formula: the weight of a node is the product of the learned chances along its path; the best m-node tree holds the m largest weights.
/// m maximises (S + Σ weights) / t(rows + m): expected tokens of the S sequences over the price of the step. Weights only fall, so growth ends where no
/// further nodes, were all as likely as the next, could raise it.</para>
/// <para>Where nothing pays, m = 0 and the step is a plain one. Source: sequoia and OPT-Tree share the greedy growth (2402.12374, 2406.17276).</para>
/// </remarks>
internal sealed class TreeDrafter : IDrafter
{
    private readonly Func<IDraftContext, IReadOnlyList<CandidateSource>> _open;
    private readonly StepPrices _prices;
    private readonly int _maxNodes;
    private readonly PriorityQueue<Growth, double> _queue = new();
    private readonly List<Candidate> _candidates = [];
    private readonly List<int> _steps = [];
    private readonly double[] _costs;
    private int[] _kept = [];
    private double _expected;
    private double _bestRate;
    private int _best;

    /// <summary>Creates a drafter.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="prices">What rows cost.</param>
    /// <param name="maxNodes">Most nodes of a step, over all sequences.</param>
    /// <param name="open">Makes the sources of a sequence.</param>
    public TreeDrafter(string name, StepPrices prices, int maxNodes, Func<IDraftContext, IReadOnlyList<CandidateSource>> open)
    {
        Name = name;
        _prices = prices;
        _costs = new double[maxNodes + 1];
        _maxNodes = maxNodes;
        _open = open;
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public DraftSession Open(IDraftContext context) => new TreeSession(_open(context));

    /// <inheritdoc />
    public void Propose(ReadOnlySpan<DraftTask> tasks, int plainRows) => Propose(tasks, plainRows, spent: 0);

    /// <summary>As <see cref="Propose(ReadOnlySpan{DraftTask},int)"/>, after something was spent on the candidates, in steps of one row.</summary>
    public void Propose(ReadOnlySpan<DraftTask> tasks, int plainRows, double spent)
    {
        _prices.Start();
        _queue.Clear();
        _steps.Clear();
        Price(tasks.Length, plainRows, spent);
        for (var task = 0; task < tasks.Length; task++)
        {
            var session = (TreeSession)tasks[task].Session;
            session.BeginTree();
            for (var source = 0; source < session.Sources.Count && tasks[task].MaxNodes > 0; source++)
            {
                Offer(tasks[task], task, node: 0, weight: 1, source, session.Sources[source].RootCursor);
            }
        }

        Grow(tasks);
        Keep(tasks, _best);
        _prices.Stop();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // Sessions own what they learned.
    }

    private void Grow(ReadOnlySpan<DraftTask> tasks)
    {
        while (_steps.Count < _maxNodes && _queue.TryDequeue(out var growth, out _) && MayPay(growth.Weight))
        {
            var task = tasks[growth.Task];
            var session = (TreeSession)task.Session;
            var node = task.Tree.FindChild(growth.Parent, growth.Candidate.Token);
            var isNew = node < 0;
            if (isNew)
            {
                if (task.Tree.Count > task.MaxNodes)
                {
                    continue;
                }

                node = task.Tree.Add(growth.Candidate.Token, growth.Parent);
                session.Added(growth.Source);
                Count(growth);
            }

            for (var source = 0; source < session.Sources.Count; source++)
            {
                // A node that two sources found goes on in both; what needs no cursor was offered when the node was new.
                var cursor = source == growth.Source ? growth.Candidate.Cursor : CandidateSource.None;
                if (isNew || cursor != CandidateSource.None)
                {
                    Offer(task, growth.Task, node, growth.Weight, source, cursor);
                }
            }
        }
    }

    private void Offer(in DraftTask task, int index, int node, double weight, int source, long cursor)
    {
        var session = (TreeSession)task.Session;
        if (!session.IsAwake(source))
        {
            return;
        }

        _candidates.Clear();
        session.Sources[source].Expand(task.Tree.Tokens[node], cursor, _candidates);
        foreach (var candidate in _candidates)
        {
            var product = weight * candidate.Probability;
            _queue.Enqueue(new Growth(index, node, source, candidate, product), -product);
        }
    }

    private void Price(int sequences, int plainRows, double spent)
    {
        for (var count = 0; count <= _maxNodes; count++)
        {
            _costs[count] = _prices[plainRows + count] + spent;
        }

        _expected = sequences;
        (_best, _bestRate) = (0, _expected / _costs[0]);
    }

    private void Count(in Growth growth)
    {
        _steps.Add(growth.Task);
        _expected += growth.Weight;
        if (_expected / _costs[_steps.Count] is var rate && rate > _bestRate)
        {
            (_best, _bestRate) = (_steps.Count, rate);
        }
    }

    private bool MayPay(double weight)
    {
        var expected = _expected;
        for (var count = _steps.Count + 1; count <= _maxNodes; count++)
        {
            expected += weight;
            if (expected > _bestRate * _costs[count])
            {
                return true;
            }
        }

        return false;
    }

    // Nodes were added in the order of the steps, so a tree's kept nodes are its first ones.
    private void Keep(ReadOnlySpan<DraftTask> tasks, int count)
    {
        if (_kept.Length < tasks.Length)
        {
            _kept = new int[tasks.Length];
        }

        _kept.AsSpan().Clear();
        for (var index = 0; index < count; index++)
        {
            _kept[_steps[index]]++;
        }

        for (var index = 0; index < tasks.Length; index++)
        {
            tasks[index].Tree.Truncate(1 + _kept[index]);
        }
    }

    private readonly record struct Growth(int Task, int Parent, int Source, Candidate Candidate, double Weight);
}
