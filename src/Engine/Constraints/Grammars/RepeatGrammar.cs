using Slerp.Engine.Constraints.Frames;

namespace Slerp.Engine.Constraints.Grammars;

/// <summary>The same thing several times, with a separator between.</summary>
internal sealed class RepeatGrammar : Grammar
{
    private readonly Grammar _item;
    private readonly int _least;
    private readonly int? _most;
    private readonly Grammar _next;

    public RepeatGrammar(Grammar item, int least, int? most, Grammar? separator)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(least);
        ArgumentOutOfRangeException.ThrowIfLessThan(most ?? int.MaxValue, Math.Max(least, 1), nameof(most));
        if (item.IsNullable && item is not FreeTextGrammar)
        {
            throw new ArgumentException("An item that may be empty cannot be repeated; let the repetition itself be empty.", nameof(item));
        }

        (_item, _least, _most) = (item, least, most);
        _next = separator is null ? item : Sequence(separator, item);
    }

    public override bool IsNullable => _least == 0 || _item.IsNullable;

    public override void Begin(Frame parent, FrameSink into)
    {
        if (_least == 0)
        {
            parent.Resume(into);
        }

        _item.Begin(new Round(this, 0, parent), into);
    }

    public override void AppendShortest(List<int> symbols) => AppendFrom(0, symbols);

    private void AppendFrom(int count, List<int> symbols)
    {
        for (; count < _least; count++)
        {
            (count == 0 ? _item : _next).AppendShortest(symbols);
        }
    }

    /// <summary>One item is being read, after some others.</summary>
    private sealed class Round(RepeatGrammar repeat, int before, Frame parent) : Frame(parent, HashCode.Combine(21, repeat, before))
    {
        public override bool CanEndAfterChild => (Count >= repeat._least || repeat._next.IsNullable) && Parent.CanEndAfterChild;

        private int Count => before + 1;

        public override void Step(int symbol, FrameSink into)
        {
        }

        public override void Resume(FrameSink into)
        {
            if (Count >= repeat._least)
            {
                Parent.Resume(into);
            }

            if (repeat._most is not { } most || Count < most)
            {
                // Counting stops where more rounds change nothing, so that states repeat.
                var next = repeat._most is null ? Math.Min(Count, repeat._least) : Count;
                repeat._next.Begin(new Round(repeat, next, Parent), into);
            }
        }

        public override void Complete(List<int> symbols)
        {
            repeat.AppendFrom(Count, symbols);
            Parent.CompleteAfterChild(symbols);
        }

        protected override bool HasSameContent(Frame other) => other is Round round && round.IsSame(repeat, before);

        private bool IsSame(RepeatGrammar otherRepeat, int otherBefore) => ReferenceEquals(repeat, otherRepeat) && before == otherBefore;
    }
}
