using Slerp.Engine.Constraints.Frames;

namespace Slerp.Engine.Constraints.Grammars;

/// <summary>Any text, until a trigger; then something bound.</summary>
/// <remarks>The trigger is found by the Knuth–Morris–Pratt automaton (1977), whose state is the length of the trigger's part read last.</remarks>
internal sealed class FreeTextGrammar : Grammar
{
    // The text did not begin with the trigger, which counts only there.
    private const int Missed = -1;

    private readonly byte[] _trigger;
    private readonly Grammar _then;
    private readonly int? _triggerToken;
    private readonly Grammar _thenAfterToken;
    private readonly bool _onlyAtStart;
    private readonly int[] _fallback;

    public FreeTextGrammar(byte[] trigger, Grammar then, int? triggerToken, Grammar thenAfterToken, bool onlyAtStart)
    {
        if (trigger.Length == 0 && triggerToken is null)
        {
            throw new ArgumentException("Free text needs a trigger: bytes, a token, or both.", nameof(trigger));
        }

        (_trigger, _then, _onlyAtStart) = (trigger, then, onlyAtStart);
        (_triggerToken, _thenAfterToken) = (triggerToken, thenAfterToken);
        _fallback = Fallbacks(trigger);
    }

    public override bool IsNullable => true;

    public override void Begin(Frame parent, FrameSink into) => into.Add(new Reading(this, 0, parent));

    public override void AppendShortest(List<int> symbols)
    {
    }

    private int Mismatch => _onlyAtStart ? Missed : 0;

    // How much of the trigger was read last.
    private int Advance(int matched, int symbol)
    {
        if (matched == Missed || _trigger.Length == 0)
        {
            return matched;
        }

        if (_onlyAtStart)
        {
            return _trigger[matched] == symbol ? matched + 1 : Missed;
        }

        while (matched > 0 && _trigger[matched] != symbol)
        {
            matched = _fallback[matched];
        }

        return matched + (_trigger[matched] == symbol ? 1 : 0);
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
                    grammar._thenAfterToken.Begin(Parent, into);
                }
                else
                {
                    into.Add(At(grammar.Mismatch));
                }

                return;
            }

            var length = grammar.Advance(matched, symbol);
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
