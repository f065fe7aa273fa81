namespace Slerp.Engine.Steps;

/// <summary>Rows of a prompt that come as embeddings, those of an image say: they stand where the text has placeholders, and have no ids.</summary>
/// <remarks>
/// <para>Immutable. Drafters never see them: they guess from ids alone. Source of the rule: Gagrani et al. 2024 (2404.08856).</para>
/// <para>No checkpoint that this build loads makes any: models that see images are refused. It stays because lossless drafting promises to hold for such
/// prompts, too, and that promise reaches through positions, recycling scopes, prefix reuse and quality checks: the tests put rows in and compare every drafter with vanilla.</para>
/// </remarks>
internal sealed class EmbeddedRows
{
    private readonly Dictionary<int, float[]> _rows;

    /// <summary>Creates the rows of a prompt.</summary>
    /// <param name="rows">The row of each absolute position that has one; all of the model's width.</param>
    public EmbeddedRows(IReadOnlyDictionary<int, float[]> rows) => _rows = new Dictionary<int, float[]>(rows);

    /// <summary>How many there are.</summary>
    public int Count => _rows.Count;

    /// <summary>The row of a position.</summary>
    public float[] this[int position] => _rows.TryGetValue(position, out var row)
        ? row
        : throw new ArgumentException($"Position {position} holds a placeholder and no row; give every placeholder of the prompt its row.", nameof(position));
}
