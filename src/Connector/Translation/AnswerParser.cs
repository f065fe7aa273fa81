using System.Text;
using Microsoft.Extensions.AI;
using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>Reads an answer as it arrives: reasoning first, then text and tool calls. One per answer.</summary>
/// <remarks>
/// Text that may still become a mark is held back. A call is handed over only when it is complete and its arguments could be read;
/// otherwise what the model wrote is handed over as the text it is.
/// </remarks>
internal sealed class AnswerParser(AnswerReading reading)
{
    // What a grammar takes for white space before a mark, too.
    private static readonly char[] Space = [' ', '\t', '\r', '\n'];

    private readonly StringBuilder _pending = new();
    private CallScanner _scanner;
    private State _state = reading.Reasoning == ReasoningReading.AsText ? State.Text : State.Start;
    private bool _skipSpace;
    private bool _mayBeBare = reading.Dialect?.BareOpen is not null;
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
                AddText(_skipSpace ? rest.TrimStart() : rest, contents);
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
        if (trimmed.StartsWith(Reasoning.Open, StringComparison.Ordinal))
        {
            Take(text.Length - trimmed.Length + Reasoning.Open.Length);
            (_state, _skipSpace) = (State.Reasoning, true);
            return true;
        }

        if (Reasoning.Open.StartsWith(trimmed, StringComparison.Ordinal))
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

        AddReasoning(Take(end).TrimEnd(), contents);
        Take(Reasoning.Close.Length);
        (_state, _skipSpace) = (State.Text, true);
        return true;
    }

    private bool Text(List<AIContent> contents)
    {
        SkipSpace();
        if (reading.Dialect is not { } dialect)
        {
            AddText(Take(_pending.Length), contents);
            return false;
        }

        var text = _pending.ToString();
        if (_mayBeBare && !TryBare(text, dialect.BareOpen!))
        {
            return _state == State.Call;
        }

        var open = text.IndexOf(dialect.Open, StringComparison.Ordinal);
        if (open < 0)
        {
            AddText(Take(text.Length - Held(text, dialect.Open)), contents);
            return false;
        }

        AddText(Take(open).TrimEnd(), contents);
        _mark = Take(dialect.Open.Length);
        BeginCall(dialect);
        return true;
    }

    /// <summary>Whether reading goes on as text: not while the answer may still turn out to be a call without a mark, nor once it did.</summary>
    private bool TryBare(string text, string bare)
    {
        var matched = 0;
        foreach (var character in text.Where(character => !char.IsWhiteSpace(character)).Take(bare.Length))
        {
            if (character != bare[matched++])
            {
                _mayBeBare = false;
                return true;
            }
        }

        if (matched == bare.Length)
        {
            _mayBeBare = false;
            BeginCall(reading.Dialect!);
        }

        return false;
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
        text = _skipSpace ? text.TrimStart() : text;
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
        while (_skipSpace && space < _pending.Length && char.IsWhiteSpace(_pending[space]))
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

        var space = text.Length - partial;
        while (space > 0 && char.IsWhiteSpace(text[space - 1]))
        {
            space--;
        }

        return text.Length - space;
    }
}
