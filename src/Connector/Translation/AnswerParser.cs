using System.Text;
using Microsoft.Extensions.AI;
using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>Reads an answer as it arrives: reasoning first, then text and tool calls. One per answer.</summary>
/// <remarks>
/// Text that may still become a mark is held back. A call is handed over only when it is complete and its arguments could be read;
/// otherwise what the model wrote is handed over as the text it is, with the white space before its mark.
/// </remarks>
internal sealed class AnswerParser(AnswerReading reading)
{
    // The engine takes the same for white space beside a mark, and as much of it: an answer of white space alone does not wait for ever.
    private const int MostSpace = 16;
    private static readonly char[] Space = [' ', '\t', '\r', '\n'];

    private readonly StringBuilder _pending = new();
    private CallScanner _scanner;
    private State _state = reading.Reasoning == ReasoningReading.AsText ? State.Text : State.Start;
    private bool _skipSpace;
    private bool _mayBeBare = reading.Dialect?.BareOpen is not null;
    private bool _mayBeJson = reading.MayBeJson;
    private bool _isJson;
    private string _mark = "";

    private enum State
    {
        Start,
        Reasoning,
        Text,
        Call,
    }

    /// <summary>Whether what arrives now is reasoning.</summary>
    public bool IsReasoning => _state == State.Reasoning;

    /// <summary>How reasoning is marked.</summary>
    public static ReasoningSyntax Reasoning { get; } = new("<think>", "</think>");

    /// <summary>Whether a chat template knows reasoning marks.</summary>
    public static bool KnowsReasoning(string? template) =>
        template is not null && (template.Contains(Reasoning.Close, StringComparison.Ordinal) || template.Contains(Reasoning.Open, StringComparison.Ordinal));

    /// <summary>The prompt has begun the reasoning: the answer goes on with it.</summary>
    public void BeginInReasoning() => (_state, _skipSpace) = (State.Reasoning, true);

    /// <summary>Reads on, and adds what is certain by now.</summary>
    public void Append(string text, List<AIContent> contents)
    {
        _pending.Append(text);
        while (Advance(contents))
        {
        }
    }

    /// <summary>The answer has ended: what was held back is decided.</summary>
    public void Complete(List<AIContent> contents)
    {
        switch (_state)
        {
            case State.Reasoning:
                AddReasoning(Take(_pending.Length), contents);
                break;
            case State.Call:
                var body = Take(_pending.Length);
                AddCall(body, body, contents);
                break;
            default:
                var rest = Take(_pending.Length);
                AddText(_skipSpace ? rest.TrimStart(Space) : rest, contents);
                break;
        }
    }

    /// <summary>One step; false when more text is needed.</summary>
    private bool Advance(List<AIContent> contents) => _state switch
    {
        State.Start => Start(),
        State.Reasoning => Reason(contents),
        State.Text => Text(contents),
        _ => Call(contents),
    };

    private bool Start()
    {
        var text = _pending.ToString();
        var trimmed = text.TrimStart(Space);
        if (text.Length - trimmed.Length <= MostSpace && trimmed.StartsWith(Reasoning.Open, StringComparison.Ordinal))
        {
            Take(text.Length - trimmed.Length + Reasoning.Open.Length);
            (_state, _skipSpace) = (State.Reasoning, true);
            return true;
        }

        if (text.Length - trimmed.Length <= MostSpace && Reasoning.Open.StartsWith(trimmed, StringComparison.Ordinal))
        {
            return false;
        }

        _state = State.Text;
        return true;
    }

    private bool Reason(List<AIContent> contents)
    {
        var text = _pending.ToString();
        var end = text.IndexOf(Reasoning.Close, StringComparison.Ordinal);
        if (end < 0)
        {
            AddReasoning(Take(text.Length - Held(text, Reasoning.Close)), contents);
            return false;
        }

        var space = SpaceBefore(text, end);
        AddReasoning(Take(end - space), contents);
        Take(space + Reasoning.Close.Length);
        (_state, _skipSpace) = (State.Text, true);
        return true;
    }

    private bool Text(List<AIContent> contents)
    {
        SkipSpace();
        if (reading.Dialect is not { } dialect || _isJson)
        {
            AddText(Take(_pending.Length), contents);
            return false;
        }

        var text = _pending.ToString();
        if (_mayBeBare && !TryBare(text, dialect.BareOpen!))
        {
            return _state == State.Call;
        }

        if (_mayBeJson && !TryJson(text, dialect.Open))
        {
            return _isJson;
        }

        var open = text.IndexOf(dialect.Open, StringComparison.Ordinal);
        if (open < 0)
        {
            AddText(Take(text.Length - Held(text, dialect.Open)), contents);
            return false;
        }

        var space = SpaceBefore(text, open);
        AddText(Take(open - space), contents);
        _mark = Take(space + dialect.Open.Length);
        BeginCall(dialect);
        return true;
    }

    /// <summary>Whether reading goes on as text: not while the answer may still turn out to be a call without a mark, nor once it did.</summary>
    private bool TryBare(string text, string bare)
    {
        var matched = Matched(text, bare);
        if (matched < 0)
        {
            _mayBeBare = false;
            return true;
        }

        if (matched == bare.Length)
        {
            _mayBeBare = false;
            BeginCall(reading.Dialect!);
        }

        return false;
    }

    /// <summary>How much of the beginning of an object a text begins with, white space between its parts aside; below 0 where it begins otherwise.</summary>
    private static int Matched(string text, string bare)
    {
        var (matched, space, isInString) = (0, 0, false);
        for (var index = 0; index < text.Length && matched < bare.Length; index++)
        {
            if (text[index] == bare[matched])
            {
                isInString ^= text[index] == '"';
                matched++;
            }
            else if (isInString || !Space.Contains(text[index]) || ++space > MostSpace)
            {
                return -1;
            }
        }

        return matched;
    }

    /// <summary>Whether reading goes on as text with calls: not while it may still turn out to be JSON, in which marks are text, nor once it did.</summary>
    private bool TryJson(string text, string open)
    {
        var begun = text.TrimStart(Space);
        var isCall = begun.StartsWith(open, StringComparison.Ordinal);
        _isJson = !isCall && !open.StartsWith(begun, StringComparison.Ordinal);
        _mayBeJson = !isCall && !_isJson;
        return isCall;
    }

    private void BeginCall(ToolCallDialect dialect)
    {
        _state = State.Call;
        _scanner = new CallScanner(dialect.Close ?? "");
    }

    private bool Call(List<AIContent> contents)
    {
        if (reading.Dialect!.Close is not { } mark || _scanner.Find(_pending) is not (>= 0 and var close))
        {
            return false;
        }

        var body = Take(close);
        AddCall(body, body + Take(mark.Length), contents);
        _state = State.Text;
        return true;
    }

    private void AddCall(string body, string written, List<AIContent> contents)
    {
        var read = reading.Dialect!.Read(body, reading.ToolNames);
        _skipSpace = read is not null;
        if (read is null)
        {
            AddText(_mark + written, contents);
        }
        else
        {
            contents.AddRange(read.Calls);
            AddText(body[read.Length..].Trim(), contents);
        }
    }

    private static void AddText(string text, List<AIContent> contents)
    {
        if (text.Length > 0)
        {
            contents.Add(new TextContent(text));
        }
    }

    private void AddReasoning(string text, List<AIContent> contents)
    {
        text = _skipSpace ? text.TrimStart(Space) : text;
        _skipSpace &= text.Length == 0;
        if (text.Length > 0 && reading.Reasoning == ReasoningReading.Show)
        {
            contents.Add(new TextReasoningContent(text));
        }
    }

    /// <summary>Space between a mark and the text that follows belongs to neither.</summary>
    private void SkipSpace()
    {
        var space = 0;
        while (_skipSpace && space < _pending.Length && Space.Contains(_pending[space]))
        {
            space++;
        }

        _pending.Remove(0, space);
        _skipSpace &= _pending.Length == 0;
    }

    private string Take(int length)
    {
        var taken = _pending.ToString(0, length);
        _pending.Remove(0, length);
        return taken;
    }

    /// <summary>How many last characters may belong to the mark: the start of it, and space before it.</summary>
    private static int Held(string text, string mark)
    {
        var partial = Math.Min(mark.Length - 1, text.Length);
        while (partial > 0 && !text.AsSpan(text.Length - partial).SequenceEqual(mark.AsSpan(0, partial)))
        {
            partial--;
        }

        return partial + SpaceBefore(text, text.Length - partial);
    }

    /// <summary>How much white space before a mark belongs to it.</summary>
    private static int SpaceBefore(string text, int mark)
    {
        var space = 0;
        while (space < Math.Min(mark, MostSpace) && Space.Contains(text[mark - space - 1]))
        {
            space++;
        }

        return space;
    }
}
