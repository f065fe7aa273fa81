namespace Slerp.Engine.Steps;

/// <summary>Which rows of a slice are carried to the end of the model.</summary>
internal enum WantedRows
{
    /// <summary>None: a prompt chunk that is not the last.</summary>
    None,

    /// <summary>The last row: the end of a prompt.</summary>
    Last,

    /// <summary>Every row: a tree to verify, a text to score.</summary>
    All,

    /// <summary>Every row, as hidden state only: a text to embed needs no logits.</summary>
    Hidden,
}
