using Slerp.Engine.Constraints.Frames;
using Slerp.Engine.Constraints.Strings;

namespace Slerp.Engine.Constraints.Vocabulary;

/// <summary>Walks a token trie and a reading together, and marks the tokens that the reading survives. One use at a time.</summary>
/// <remarks>
/// Where the reading dies, the subtree is skipped. Inside a string whose only limit is its length, the walk stops too: the
/// <see cref="StringBodyIndex"/> knows the subtree. Inside other strings the walk steps the matcher alone, without making frames.
/// </remarks>
internal sealed class MaskWalker
{
    private readonly TokenTrie _trie;
    private readonly StringBodyIndex? _body;
    private readonly MaskWalker? _restWalker;
    private readonly int _threads;

    /// <param name="trie">The byte strings to walk.</param>
    /// <param name="body">What they do inside free strings, or null for a trie too small to need it.</param>
    /// <param name="threads">Most readings of one text.</param>
    public MaskWalker(TokenTrie trie, StringBodyIndex? body, int threads)
    {
        _trie = trie;
        _body = body;
        _threads = threads;
        _restWalker = body is null ? null : new MaskWalker(body.Rests, null, threads);
    }

    /// <summary>Marks every number whose byte string the reading survives.</summary>
    public void Walk(Frame reading, TokenMask into) => Walk(0, reading, into);

    private void Walk(int node, Frame reading, TokenMask into)
    {
        into.Add(_trie.NumbersAt(node));
        switch (reading)
        {
            case StringFrame { Cursor.IsBody: true, Matcher: LengthMatcher matcher } text when _body?.IsInside(node) == true:
                WalkFreeString(node, text, matcher, into);
                break;
            case StringFrame text:
                WalkString(node, text, into);
                break;
            case KeyFrame { IsFree: true } key when _body?.IsInside(node) == true:
                WalkFreeKey(node, key, into);
                break;
            default:
                WalkChildren(node, reading, into);
                break;
        }
    }

    private void WalkChildren(int node, Frame reading, TokenMask into)
    {
        for (var child = node + 1; child < _trie.End(node); child = _trie.End(child))
        {
            var sink = new FrameSink(_threads);
            reading.Step(_trie.Label(child), sink);
            WalkAll(sink, child, into);
        }
    }

    private void WalkFreeString(int node, StringFrame text, LengthMatcher matcher, TokenMask into)
    {
        var above = _body!.Points(node);
        var room = matcher.Most is { } most ? most - text.State.Count : int.MaxValue;
        _body.AddInside(_trie, node, room, into);
        var rests = new TokenMask(_body.RestCount);
        _restWalker!.WalkAll(Resumed(text.Parent), 0, rests);
        var (from, to) = _body.Closing(_trie, node);
        for (var index = from; index < to; index++)
        {
            var points = _body.ClosingPoints(index) - above;
            if (points <= room && text.State.Count + points >= matcher.Least && rests.Allows(_body.ClosingRest(index)))
            {
                into.Add(_body.ClosingToken(index));
            }
        }
    }

    /// <summary>A name that begins no declared one: what may follow depends on the name only where it repeats another, or a token goes on into the next name.</summary>
    private void WalkFreeKey(int node, KeyFrame key, TokenMask into)
    {
        _body!.AddInside(_trie, node, int.MaxValue, into);
        var rests = new TokenMask(_body.RestCount);
        _restWalker!.Walk(key.CloseAsNewName(), rests);
        var mayRepeat = key.MayRepeat;
        var (from, to) = _body.Closing(_trie, node);
        for (var index = from; index < to; index++)
        {
            var token = _body.ClosingToken(index);
            var rest = _body.ClosingRest(index);
            if (rests.Allows(rest) && ((!mayRepeat && !_body.RestHasQuote[rest]) || Survives(key, _body.BytesOf(token).Span[_trie.Depth(node)..])))
            {
                into.Add(token);
            }
        }
    }

    private bool Survives(Frame reading, ReadOnlySpan<byte> bytes)
    {
        var current = new FrameSink(_threads);
        var next = new FrameSink(_threads);
        current.Add(reading);
        foreach (var b in bytes)
        {
            next.Clear();
            for (var index = 0; index < current.Count; index++)
            {
                current[index].Step(b, next);
            }

            (current, next) = (next, current);
        }

        return current.Count > 0;
    }

    private void WalkString(int node, StringFrame text, TokenMask into)
    {
        var top = _trie.Depth(node);
        var steps = new StringSteps(text.Matcher);
        var resumed = Resumed(text.Parent);
        var places = new int[_trie.MaximumDepth - top + 1];
        places[0] = steps.Place(text.State, text.Cursor);
        for (var child = node + 1; child < _trie.End(node);)
        {
            var depth = _trie.Depth(child) - top;
            var place = steps.Next(places[depth - 1], _trie.Label(child));
            if (place >= 0)
            {
                places[depth] = place;
                into.Add(_trie.NumbersAt(child));
                child++;
                continue;
            }

            if (place == StringSteps.Close)
            {
                WalkAll(resumed, child, into);
            }

            child = _trie.End(child);
        }
    }

    private void WalkAll(FrameSink readings, int node, TokenMask into)
    {
        for (var index = 0; index < readings.Count; index++)
        {
            Walk(node, readings[index], into);
        }
    }

    private FrameSink Resumed(Frame parent)
    {
        var sink = new FrameSink(_threads);
        parent.Resume(sink);
        return sink;
    }
}
