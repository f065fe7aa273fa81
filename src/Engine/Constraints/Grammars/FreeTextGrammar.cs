using Slerp.Engine.Constraints.Frames;

namespace Slerp.Engine.Constraints.Grammars;

/// <summary>Any text, until a trigger; then something bound.</summary>
/// <remarks>The trigger is found by the Knuth–Morris–Pratt automaton (1977), whose state is the length of the trigger's part read last.</remarks>
internal sealed class FreeTextGrammar : Grammar
{
    private readonly byte[] _trigger;
    private readonly int? _triggerToken;
    private readonly Grammar _then;
    private readonly int[] _fallback;

    public FreeTextGrammar(byte[] trigger, int? triggerToken, Grammar then)
    {
        if (trigger.Length == 0 && triggerToken is null)
        {
            throw new ArgumentException("Free text needs a trigger: bytes, a token, or both.", nameof(trigger));
        }

        (_trigger, _triggerToken, _then) = (trigger, triggerToken, then);
        _fallback = Fallbacks(trigger);
    }

    public override bool IsNullable => true;

    public override void Begin(Frame parent, FrameSink into) => into.Add(new Reading(this, 0, parent));

    public override void AppendShortest(List<int> symbols)
    {
    }

    private static int[] Fallbacks(byte[] trigger)
    {
        var fallback = new int[trigger.Length + 1];
        for (var (index, length) = (1, 0); index < trigger.Length; index++)
        {
            while (length > 0 && trigger[index] != trigger[length])
            {
                length = fallback[length];
            }

            length += trigger[index] == trigger[length] ? 1 : 0;
            fallback[index + 1] = length;
        }

        return fallback;
    }

    /// <summary>Free text is being read.</summary>
    private sealed class Reading(FreeTextGrammar grammar, int matched, Frame parent) : Frame(parent, HashCode.Combine(22, grammar, matched))
    {
        public override bool CanEnd => Parent.CanEndAfterChild;

        public override void Step(int symbol, FrameSink into)
        {
            if (symbol >= FirstSpecial)
            {
                if (symbol - FirstSpecial == grammar._triggerToken)
                {
                    grammar._then.Begin(Parent, into);
                }
                else
                {
                    into.Add(At(0));
                }

                return;
            }

            var length = matched;
            while (length > 0 && grammar._trigger[length] != symbol)
            {
                length = grammar._fallback[length];
            }

            length += grammar._trigger.Length > 0 && grammar._trigger[length] == symbol ? 1 : 0;
            if (length > 0 && length == grammar._trigger.Length)
            {
                grammar._then.Begin(Parent, into);
            }
            else
            {
                into.Add(At(length));
            }
        }

        public override void Complete(List<int> symbols) => Parent.CompleteAfterChild(symbols);

        public override bool CollectSpecials(ICollection<int> symbols) => true;

        protected override bool HasSameContent(Frame other) => other is Reading reading && reading.IsSame(grammar, matched);

        private Reading At(int length) => length == matched ? this : new Reading(grammar, length, Parent);

        private bool IsSame(FreeTextGrammar otherGrammar, int otherMatched) => ReferenceEquals(grammar, otherGrammar) && matched == otherMatched;
    }
}
