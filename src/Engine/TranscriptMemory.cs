using Slerp.Engine.Templates;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine;

/// <summary>Conversations this process has run, as text and as the tokens they were: history that comes back as text gets the ids that were sampled.</summary>
/// <remarks>
/// Tokenizing an answer's text anew may choose other tokens than the model did; the next turn would then find nothing in the prefix cache past the
/// first difference. A conversation is recognised when the new prompt begins with the old prompt, character for character and content for content, and
/// then with its answer. Within one tenant only; the least recently used is forgotten. Thread-safe.
/// </remarks>
/// <param name="tokenizer">Text to ids.</param>
/// <param name="capacity">Most conversations.</param>
internal sealed class TranscriptMemory(ITokenizer tokenizer, int capacity)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Transcript> _transcripts = new();

    /// <summary>The tokens of a prompt, with remembered ids where it begins with a remembered conversation.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="cancellationToken">Asked at every piece of its text.</param>
    public Encoding Encode(string tenant, RenderedPrompt prompt, CancellationToken cancellationToken = default)
    {
        var spans = Content(prompt);
        return Known(tenant, prompt.Text, spans) is { } known && tokenizer.Continue(known, prompt.Text, spans, cancellationToken) is { } continued
            ? continued
            : tokenizer.Encode(prompt.Text, spans, cancellationToken);
    }

    /// <summary>Remembers a prompt and what was answered to it.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="encoding">Its tokens.</param>
    /// <param name="answer">The answer's tokens.</param>
    public void Remember(string tenant, RenderedPrompt prompt, Encoding encoding, ReadOnlySpan<int> answer)
    {
        if (capacity == 0 || answer.Length == 0)
        {
            return;
        }

        var text = TextOf(answer);
        var made = new Transcript(tenant, prompt.Text, Content(prompt), text, encoding, answer.ToArray());
        lock (_lock)
        {
            _transcripts.AddFirst(made);
            if (_transcripts.Count > capacity)
            {
                _transcripts.RemoveLast();
            }
        }
    }

    // As the model wrote it, a leading space included; special tokens are no text.
    private string TextOf(ReadOnlySpan<int> answer)
    {
        var bytes = new List<byte>(answer.Length * 4);
        foreach (var id in answer)
        {
            if (!tokenizer.IsSpecial(id))
            {
                bytes.AddRange(tokenizer.BytesOf(id));
            }
        }

        return System.Text.Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes));
    }

    private Encoding? Known(string tenant, string text, ContentSpan[] spans)
    {
        lock (_lock)
        {
            LinkedListNode<Transcript>? best = null;
            var length = 0;
            for (var node = _transcripts.First; node is not null; node = node.Next)
            {
                if (node.Value.Tenant == tenant && node.Value.LengthIn(text, spans) is var found && found > length)
                {
                    (best, length) = (node, found);
                }
            }

            if (best is null)
            {
                return null;
            }

            _transcripts.Remove(best);
            _transcripts.AddFirst(best);
            return best.Value.EncodingUpTo(length);
        }
    }

    private static ContentSpan[] Content(RenderedPrompt prompt)
    {
        var spans = new ContentSpan[prompt.Spans.Count];
        for (var index = 0; index < spans.Length; index++)
        {
            spans[index] = new ContentSpan(prompt.Spans[index].Start, prompt.Spans[index].Length);
        }

        return spans;
    }

    private sealed record Transcript(string Tenant, string Prompt, ContentSpan[] Spans, string Answer, Encoding Encoding, int[] AnswerIds)
    {
        /// <summary>How many characters of a prompt it covers; 0 where the prompt begins otherwise.</summary>
        public int LengthIn(string text, ContentSpan[] spans)
        {
            if (!text.StartsWith(Prompt, StringComparison.Ordinal) || !HasSameContent(spans))
            {
                return 0;
            }

            var rest = text.AsSpan(Prompt.Length);
            if (rest.StartsWith(Answer, StringComparison.Ordinal))
            {
                return Prompt.Length + Answer.Length;
            }

            // Templates trim what they repeat.
            var trimmed = Answer.AsSpan().Trim();
            return trimmed.Length > 0 && rest.StartsWith(trimmed, StringComparison.Ordinal) ? Prompt.Length + trimmed.Length : 0;
        }

        /// <summary>Its tokens; the answer's end where the new prompt says, for no one cuts inside an answer that came back whole.</summary>
        public Encoding EncodingUpTo(int length)
        {
            var offsets = new int[Encoding.Offsets.Length + AnswerIds.Length];
            Encoding.Offsets.CopyTo(offsets, 0);
            offsets.AsSpan(Encoding.Offsets.Length).Fill(length);
            return new Encoding([.. Encoding.Ids, .. AnswerIds], offsets);
        }

        private bool HasSameContent(ContentSpan[] spans)
        {
            var count = 0;
            while (count < spans.Length && spans[count].Start < Prompt.Length)
            {
                count++;
            }

            return spans.AsSpan(0, count).SequenceEqual(Spans);
        }
    }
}
