using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>Collects the parts of a turn. Text is kept as it is given; only documents and joined turns are set apart by a blank line.</summary>
internal sealed class TurnParts
{
    private const string Break = "\n\n";
    private readonly List<ChatPart> _parts = [];
    private bool _breakBeforeNext;

    /// <summary>Whether there is anything.</summary>
    public bool Any => _parts.Count > 0;

    /// <summary>Adds text; empty text is no part.</summary>
    public void Add(string? text, ChatPartKind kind = ChatPartKind.Text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        if (_breakBeforeNext)
        {
            AddBreak();
        }

        _parts.Add(new ChatPart(text, kind));
    }

    /// <summary>Adds a document: a passage, apart from what stands around it.</summary>
    public void AddDocument(string text)
    {
        _breakBeforeNext = _parts.Count > 0;
        Add(text, ChatPartKind.Passage);
        _breakBeforeNext = _parts.Count > 0;
    }

    /// <summary>Adds parts as they are.</summary>
    public void AddRange(IReadOnlyList<ChatPart> parts) => _parts.AddRange(parts);

    /// <summary>Adds the parts of another turn, after a blank line.</summary>
    public void AddParagraphs(IReadOnlyList<ChatPart> parts)
    {
        if (_parts.Count > 0 && parts.Count > 0)
        {
            AddBreak();
        }

        _parts.AddRange(parts);
    }

    /// <summary>The parts.</summary>
    public IReadOnlyList<ChatPart> ToList() => _parts;

    private void AddBreak()
    {
        _breakBeforeNext = false;
        _parts.Add(new ChatPart(Break));
    }
}
