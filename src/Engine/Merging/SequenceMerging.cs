using Slerp.Engine.Backends;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Merging;

/// <summary>How one sequence is merged, and what has come of it so far. Owned by the engine thread.</summary>
/// <param name="cutoff">c: layers 0 to c see every row.</param>
internal abstract class SequenceMerging(int cutoff)
{
    private float[] _cosines = new float[64];
    private double _similarity;
    private int _compared;

    /// <summary>The layer after which it acts.</summary>
    public int Cutoff => cutoff;

    /// <summary>What makes one row of two.</summary>
    public abstract ITokenMerger Merger { get; }

    /// <summary>Rows the upper layers do without, so far.</summary>
    public int MergedTokens { get; protected set; }

    /// <summary>Mean cosine of the merged pairs; 0 without any.</summary>
    public double MeanSimilarity => _compared == 0 ? 0 : _similarity / _compared;

    /// <summary>Pairs measured; those of rows found in the prefix cache are not among them.</summary>
    public int ComparedPairs => _compared;

    /// <summary>What the last step left of the rows; null where it merged nothing and the tree is committed as it is.</summary>
    public MergeOutcome? Outcome { get; protected set; }

    /// <summary>Creates what a plan needs.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="inherited">Rows merged already, in rows found in the prefix cache.</param>
    public static SequenceMerging For(MergePlan plan, int inherited = 0) => plan switch
    {
        PromptMergePlan prompt => new PromptMerging(prompt, inherited),
        IncrementalMergePlan incremental => new IncrementalMerging(incremental),
        _ => throw new ArgumentOutOfRangeException(nameof(plan), plan, "Unknown kind of plan."),
    };

    /// <summary>Forgets what the last step did.</summary>
    public void BeginStep() => Outcome = null;

    /// <summary>How many pending tokens a step takes where it was to take <paramref name="tokens"/>: never so that a pair is split.</summary>
    /// <param name="rows">Tokens already run.</param>
    /// <param name="tokens">Tokens to run.</param>
    public abstract int ChunkTokens(int rows, int tokens);

    /// <summary>Rows of the upper layers that stay when the next tokens are run.</summary>
    /// <param name="rows">Tokens already run.</param>
    /// <param name="tokens">Tokens to run.</param>
    /// <param name="upperRows">Rows held there now.</param>
    public abstract int KeptUpperRows(int rows, int tokens, int upperRows);

    /// <summary>Most rows the upper layers then run.</summary>
    /// <param name="rows">Tokens already run.</param>
    /// <param name="tokens">Tokens to run.</param>
    /// <param name="keptRows">Rows that stay.</param>
    public abstract int NewUpperRows(int rows, int tokens, int keptRows);

    /// <summary>Whether a slice's rows are merged: it is a chain, and a chain of other rows goes on in its place.</summary>
    public abstract bool Shortens(int firstToken, int count);

    /// <summary>Whether a slice that is not merged stands elsewhere above the cutoff than below it.</summary>
    public abstract bool Moves(int firstToken);

    /// <summary>Where a row that is not merged stands above the cutoff.</summary>
    /// <param name="token">Its position below.</param>
    /// <param name="upperIndex">Its index in the layers above.</param>
    public abstract float PositionOf(int token, int upperIndex);

    /// <summary>Adds the rows that go on in the slice's place, and sets <see cref="Outcome"/>.</summary>
    public abstract void Choose(in MergeInput input, MergeRows rows);

    /// <summary>Forgets the figures of rows that are run again.</summary>
    protected void ResetFigures()
    {
        MergedTokens = 0;
        _similarity = 0;
        _compared = 0;
    }

    /// <summary>Counts the cosine of a merged pair.</summary>
    protected void Count(float similarity)
    {
        _similarity += similarity;
        _compared++;
    }

    /// <summary>Measures and counts the cosines of the pairs among rows of this step.</summary>
    protected void CountSimilarity(in MergeInput input, ReadOnlySpan<MergePair> rows)
    {
        var pairs = new List<MergePair>();
        foreach (var row in rows)
        {
            if (!row.IsCopy && row.First < input.Hidden.Rows && row.Second < input.Hidden.Rows)
            {
                pairs.Add(row);
            }
        }

        var cosines = Cosines(pairs.Count);
        input.Backend.RowCosines(input.Hidden, [.. pairs], cosines);
        foreach (var cosine in cosines)
        {
            Count(cosine);
        }
    }

    /// <summary>Room for cosines.</summary>
    protected Span<float> Cosines(int count)
    {
        if (_cosines.Length < count)
        {
            _cosines = new float[Math.Max(count, _cosines.Length * 2)];
        }

        return _cosines.AsSpan(0, count);
    }
}
