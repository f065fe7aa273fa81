using Slerp.Engine.Drafting.TreeGrowth;

namespace Slerp.Engine.Drafting.MlpSpeculator;

/// <summary>One sequence's side of the speculator: the target's last row, the guesses made from it, and how good guesses have been.</summary>
internal sealed class MlpSource : CandidateSource
{
    private readonly List<GuessNode> _guesses = [];
    private readonly ChanceScale[] _scales;

    /// <summary>Creates the memory of a sequence.</summary>
    public MlpSource(SpeculatorConfig config)
    {
        Hidden = new float[config.TargetWidth];
        // The first rank and the others of each stage.
        _scales = [.. Enumerable.Range(0, config.Stages * 2).Select(static _ => new ChanceScale())];
    }

    /// <inheritdoc />
    public override string Name => "mlp";

    /// <inheritdoc />
    public override long RootCursor => _guesses.Count > 1 ? 0 : None;

    /// <summary>The target's row after its final norm at the last accepted token.</summary>
    public float[] Hidden { get; }

    /// <summary>Whether the row was seen.</summary>
    public bool HasHidden { get; private set; }

    /// <summary>The guesses of this step; the root is the first.</summary>
    public IReadOnlyList<GuessNode> Guesses => _guesses;

    /// <summary>Forgets the guesses of the last step.</summary>
    public void Begin(int token)
    {
        _guesses.Clear();
        _guesses.Add(new GuessNode(token, -1, 0, 1, 1));
    }

    /// <summary>Adds what a stage guessed after a node.</summary>
    public void Add(int parent, ReadOnlySpan<int> tokens, ReadOnlySpan<float> chances)
    {
        var node = _guesses[parent];
        node.FirstChild = _guesses.Count;
        for (var rank = 0; rank < tokens.Length && tokens[rank] >= 0 && float.IsFinite(chances[rank]); rank++)
        {
            var corrected = Scale(node.Stage + 1, rank).Of(chances[rank]);
            _guesses.Add(new GuessNode(tokens[rank], node.Stage + 1, rank, chances[rank], node.Weight * corrected));
        }

        node.Children = _guesses.Count - node.FirstChild;
        _guesses[parent] = node;
    }

    /// <inheritdoc />
    public override void Expand(int token, long cursor, List<Candidate> candidates)
    {
        if (cursor == None || cursor >= _guesses.Count)
        {
            return;
        }

        var node = _guesses[(int)cursor];
        for (var child = node.FirstChild; child < node.FirstChild + node.Children; child++)
        {
            candidates.Add(new Candidate(_guesses[child].Token, _guesses[child].Weight / node.Weight, child));
        }
    }

    /// <inheritdoc />
    public override void Observe(in StepOutcome outcome)
    {
        CountGuesses(outcome.Chosen);
        _guesses.Clear();
        if (outcome.Output.Width == Hidden.Length)
        {
            outcome.Output.CopyHidden(outcome.RowOf(outcome.Path[^1]), Hidden);
            HasHidden = true;
        }
    }

    // Every guess along the chosen path is judged, whether or not it was run.
    private void CountGuesses(ReadOnlySpan<int> chosen)
    {
        var node = _guesses.Count > 0 ? 0 : -1;
        foreach (var token in chosen)
        {
            if (node < 0)
            {
                return;
            }

            var (first, count) = (_guesses[node].FirstChild, _guesses[node].Children);
            node = -1;
            for (var child = first; child < first + count; child++)
            {
                var guess = _guesses[child];
                Scale(guess.Stage, guess.Rank).Count(guess.Predicted, guess.Token == token);
                node = guess.Token == token ? child : node;
            }
        }
    }

    private ChanceScale Scale(int stage, int rank) => _scales[(stage * 2) + Math.Min(rank, 1)];
}
