namespace Slerp.Engine.Tokenizers.Merging;

/// <summary>Turns the characters of a piece into the first symbols that merging starts from.</summary>
internal interface ISymbolSource
{
    /// <summary>Adds the symbols of a piece to the run.</summary>
    void Read(ReadOnlySpan<char> piece, SymbolRun run);

    /// <summary>The piece as the vocabulary spells it; valid until the next call with the same run.</summary>
    ReadOnlySpan<char> Spell(ReadOnlySpan<char> piece, SymbolRun run);
}
