namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>A range of the text that is being scanned.</summary>
internal readonly record struct TextRange(int Start, int Length);
