using System.Runtime.InteropServices;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Decoding;

/// <summary>The tokens of one sequence: those of the prompt, some of which may stand for embedded rows, then those of the answer.</summary>
/// <param name="capacity">Tokens it holds without growing.</param>
internal sealed class SequenceText(int capacity)
{
    private readonly List<int> _tokens = new(capacity);

    // The tokens that are no placeholders; null where all of them are ids.
    private List<int>? _ids;

    /// <summary>Rows of the prompt that come as embeddings; null for none.</summary>
    public EmbeddedRows? Embedded { get; private set; }

    /// <summary>How many tokens there are.</summary>
    public int Count => _tokens.Count;

    /// <summary>All tokens.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>All tokens but those that stand for embedded rows.</summary>
    public ReadOnlySpan<int> Ids => CollectionsMarshal.AsSpan(_ids ?? _tokens);

    /// <summary>The tokens that tell what their rows are: all that have been run or can be found in a cache, up to the first embedding.</summary>
    public ReadOnlySpan<int> Cacheable => Embedded is not null && Tokens.IndexOf(TokenTree.Placeholder) is >= 0 and var first ? Tokens[..first] : Tokens[..^1];

    /// <summary>Adds tokens.</summary>
    public void Add(params ReadOnlySpan<int> tokens)
    {
        _tokens.AddRange(tokens);
        _ids?.AddRange(tokens);
    }

    /// <summary>Gives the placeholders their rows.</summary>
    public void Embed(EmbeddedRows rows)
    {
        Embedded = rows;
        _ids = new List<int>(_tokens.Capacity);
        _ids.AddRange(_tokens.Where(static token => token != TokenTree.Placeholder));
    }

    /// <summary>Takes back the last <paramref name="count"/> tokens, all of them of the answer.</summary>
    public void DropLast(int count)
    {
        _tokens.RemoveRange(_tokens.Count - count, count);
        _ids?.RemoveRange(_ids.Count - count, count);
    }
}
