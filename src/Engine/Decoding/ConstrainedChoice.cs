using Slerp.Engine.Constraints;
using Slerp.Engine.Sampling;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Decoding;

/// <summary>The choice among the tokens that a constraint allows next, and where in the constraint the answer stands.</summary>
/// <remarks>
/// <para>An answer that must be complete is closed in time: where a token would leave too few for its completion, its shortest completion is taken instead, whole. Where it may end as it stands, it goes on without
/// what could not be completed: a call that begins too late.</para>
/// <para>Engine thread only.</para>
/// </remarks>
/// <param name="constraint">What the answer must be.</param>
/// <param name="choice">How a token is chosen of those allowed.</param>
internal sealed class ConstrainedChoice(Constraint constraint, TokenChoice choice)
{
    // A heuristic: finding a completion costs time, and few are longer. Only this near to its limit the answer is asked for its own.
    private const int ClosingTokens = 1024;

    // A heuristic: a vocabulary has few tokens that begin a call.
    private const int MostRefused = 32;

    private readonly Queue<int> _closing = [];
    private ConstraintState? _state = constraint.Start;
    private int _taken;

    /// <summary>The token of a row, or -1 where the row is not finite.</summary>
    /// <param name="output">The step's output.</param>
    /// <param name="row">The wanted row.</param>
    /// <param name="position">Absolute position of the token to choose.</param>
    /// <param name="tokensLeft">Tokens the answer may still have, this one among them.</param>
    /// <exception cref="ConstraintException">No token of the vocabulary continues the answer.</exception>
    public int Pick(StepOutput output, int row, int position, int tokensLeft)
    {
        if (_state is null)
        {
            return choice.Pick(output, row, position);
        }

        if (_closing.TryDequeue(out var closing))
        {
            return closing;
        }

        if (constraint.OnlyRefuses && choice.Pick(output, row, position) is var free && (free < 0 || constraint.Next(_state, free) is not null))
        {
            return free;
        }

        var logits = choice.Load(output, row);
        Allowed(_state).Apply(logits);
        var token = choice.Pick(logits, position);
        if (token < 0 || tokensLeft > ClosingTokens || Fits(_state, token, tokensLeft - 1))
        {
            return token;
        }

        return Constraint.IsComplete(_state) ? PickAnother(output, row, position, tokensLeft, token) : BeginClosing(_state, token);
    }

    /// <summary>Goes on after a token that the answer took.</summary>
    /// <param name="token">The token.</param>
    /// <param name="tellsBoundary">Whether anybody asks where free text ends in it; finding out costs time.</param>
    public CallBoundary Take(int token, bool tellsBoundary = false)
    {
        var before = _state;
        _taken++;
        _state = before is null ? null : constraint.Next(before, token);
        return tellsBoundary && _state is not null ? constraint.Boundary(before!, token, _state) : default;
    }

    /// <summary>Goes back to the start of the answer.</summary>
    public void Restart()
    {
        _closing.Clear();
        _state = constraint.Start;
        _taken = 0;
    }

    private TokenMask Allowed(ConstraintState state)
    {
        var allowed = constraint.Allowed(state);
        return allowed.Count > 0
            ? allowed
            : throw new ConstraintException(
                ConstraintFailure.Unsatisfiable,
                pointer: "",
                keyword: null,
                $"no token continues the answer after {_taken} tokens. The vocabulary cannot spell what the schema asks for; loosen it.");
    }

    private bool Fits(ConstraintState state, int token, int tokensLeft) =>
        constraint.Next(state, token) is not { } next || constraint.FitsWithin(next, tokensLeft);

    private int PickAnother(StepOutput output, int row, int position, int tokensLeft, int refused)
    {
        var allRefused = new List<int> { refused };
        while (allRefused.Count <= MostRefused)
        {
            var logits = choice.Load(output, row);
            Allowed(_state!).Apply(logits);
            foreach (var token in allRefused)
            {
                logits[token] = float.NegativeInfinity;
            }

            var picked = choice.Pick(logits, position);
            if (picked >= 0 && Fits(_state!, picked, tokensLeft - 1))
            {
                return picked;
            }

            if (picked < 0)
            {
                break;
            }

            allRefused.Add(picked);
        }

        return constraint.EndToken ?? refused;
    }

    private int BeginClosing(ConstraintState state, int token)
    {
        foreach (var next in constraint.Completion(state))
        {
            _closing.Enqueue(next);
        }

        return _closing.TryDequeue(out var first) ? first : token;
    }
}
