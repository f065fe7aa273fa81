using Slerp.Engine.Constraints.Frames;

namespace Slerp.Engine.Constraints.Grammars;

/// <summary>Any text, until a trigger; then something bound.</summary>
/// <param name="trigger">What ends it.</param>
/// <param name="opening">What it may begin with that ends it, too; null for nothing.</param>
/// <param name="isRequired">Whether the trigger has to come.</param>
internal sealed class FreeTextGrammar(TextTrigger trigger, TextTrigger? opening = null, bool isRequired = false) : Grammar
{
    public override bool IsNullable => !isRequired;

    public override void Begin(Frame parent, FrameSink into) => into.Add(new Reading(this, 0, opening is null ? TextMark.Missed : 0, parent));

    public override void AppendShortest(List<int> symbols) => AppendFrom(0, symbols);

    private bool IsRequired => isRequired;

    private void AppendFrom(int matched, List<int> symbols)
    {
        if (isRequired)
        {
            trigger.AppendShortest(matched, symbols);
        }
    }

    // What is bound may be free text again: then nothing begins with the trigger but another kind of text; or nothing at all.
    private int BoundLength(int matched) => trigger.Then is FreeTextGrammar or NothingGrammar ? 0 : TextMark.Length(matched);

    private void StepToken(int token, int opened, Frame reading, FrameSink into)
    {
        if (token == opening?.Token && TextMark.IsAtStart(opened))
        {
            opening.ThenAfterToken.Begin(reading.Parent, into);
        }
        else if (token == trigger.Token)
        {
            trigger.ThenAfterToken.Begin(reading.Parent, into);
        }
        else
        {
            into.Add(new Reading(this, trigger.Mark.Interrupted, TextMark.Missed, reading.Parent));
        }
    }

    private void StepByte(int symbol, int matched, int opened, Frame reading, FrameSink into)
    {
        var next = trigger.Mark.Advance(matched, symbol);
        var nextOpened = opening?.Mark.Advance(opened, symbol) ?? TextMark.Missed;
        if (opening?.Mark.IsComplete(nextOpened) ?? false)
        {
            opening.Then.Begin(reading.Parent, into);
        }
        else if (trigger.Mark.IsComplete(next))
        {
            trigger.Then.Begin(reading.Parent, into);
        }
        else
        {
            into.Add(next == matched && nextOpened == opened ? reading : new Reading(this, next, nextOpened, reading.Parent));
        }
    }

    /// <summary>Free text is being read.</summary>
    private sealed class Reading(FreeTextGrammar grammar, int matched, int opened, Frame parent)
        : Frame(parent, HashCode.Combine(22, grammar, matched, opened))
    {
        public override bool CanEnd => !grammar.IsRequired && Parent.CanEndAfterChild;

        public override bool IsFreeText => true;

        public override int TriggerLength => grammar.BoundLength(matched);

        public override void Step(int symbol, FrameSink into)
        {
            if (symbol >= FirstSpecial)
            {
                grammar.StepToken(symbol - FirstSpecial, opened, this, into);
            }
            else
            {
                grammar.StepByte(symbol, matched, opened, this, into);
            }
        }

        public override void Complete(List<int> symbols)
        {
            grammar.AppendFrom(matched, symbols);
            Parent.CompleteAfterChild(symbols);
        }

        public override bool CollectSpecials(ICollection<int> symbols) => true;

        protected override bool HasSameContent(Frame other) => other is Reading reading && reading.IsSame(grammar, matched, opened);

        private bool IsSame(FreeTextGrammar otherGrammar, int otherMatched, int otherOpened) =>
            ReferenceEquals(grammar, otherGrammar) && matched == otherMatched && opened == otherOpened;
    }
}
