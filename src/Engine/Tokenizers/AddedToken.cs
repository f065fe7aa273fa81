namespace Slerp.Engine.Tokenizers;

/// <summary>A token matched as a whole string before the model sees the text.</summary>
internal sealed record AddedToken
{
    /// <summary>The id it stands for.</summary>
    public required int Id { get; init; }

    /// <summary>The string that is matched.</summary>
    public required string Content { get; init; }

    /// <summary>Whether it steers the model instead of being text.</summary>
    public bool Special { get; init; }

    /// <summary>Whether white space before the match belongs to it.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Whether white space after the match belongs to it.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Whether it matches only where no letter, digit or underscore touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Whether it is looked for in normalised text instead of the text as given.</summary>
    public bool Normalized { get; init; }

    /// <summary>Whether content may contain it: runs of white space are text, whatever the file calls them.</summary>
    public bool IsPlainText => !Special && Content.AsSpan().Trim('▁').IsWhiteSpace();
}
