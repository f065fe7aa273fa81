namespace Slerp.Engine.Tokenizers;

/// <summary>An added token found at [Start, End) of a text, white space it swallows included.</summary>
internal readonly record struct AddedTokenMatch(AddedToken Token, int Start, int End);
