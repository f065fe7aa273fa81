using Slerp.Engine.Decoding;

namespace Slerp.Engine;

/// <summary>Reads an answer that flows at once: the tokens there are, as text.</summary>
internal sealed class RunReader(Sequence sequence, AnswerText answer)
{
    private readonly List<int> _tokens = [];

    /// <summary>Goes on after tokens whose text was read elsewhere.</summary>
    public void Skip(IReadOnlyList<int> tokens, int visibleBytes) => answer.Advance(tokens, visibleBytes);

    /// <summary>Waits for the next run that has text, or the last.</summary>
    public async ValueTask<Segment> NextAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        while (true)
        {
            await sequence.Output.WaitAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            _tokens.Clear();
            sequence.Output.Take(_tokens, out var visibleBytes, out var finish, out var failure);
            if (failure is not null)
            {
                throw failure;
            }

            count += _tokens.Count;
            var text = answer.Advance(_tokens, visibleBytes);
            if (finish is not null)
            {
                return new Segment(text + answer.Flush(), count, finish);
            }

            if (text.Length > 0)
            {
                return new Segment(text, count, null);
            }
        }
    }
}
