using System.Text.Json;
using Slerp.Engine.Templates;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine;

/// <summary>From a prompt to the tokens the model reads. Thread-safe.</summary>
/// <param name="tokenizer">Text to ids.</param>
/// <param name="template">The chat template, or null.</param>
/// <param name="startToken">What an empty prompt starts from.</param>
/// <param name="transcripts">Conversations whose ids are known.</param>
internal sealed class PromptEncoder(ITokenizer tokenizer, ChatTemplate? template, int startToken, TranscriptMemory transcripts)
{
    /// <summary>The tokens of a prompt; at least one.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="cancellationToken">Asked at every step of the template and every piece of the text: who cancels keeps no thread busy.</param>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, or there is none.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public EncodedPrompt Encode(Prompt prompt, string tenant, CancellationToken cancellationToken = default) => prompt switch
    {
        Prompt.Conversation conversation => Encode(conversation, tenant, cancellationToken),
        Prompt.Raw raw => new EncodedPrompt(OrStart(EncodeRaw(raw.Text, cancellationToken)), null),
        _ => throw new ArgumentOutOfRangeException(nameof(prompt), prompt, "Unknown kind of prompt."),
    };

    /// <summary>The tokens of a question of the engine's own: a user's turn where there is a chat template.</summary>
    /// <param name="question">The question.</param>
    /// <param name="withoutTemplate">The text that asks it where there is none.</param>
    /// <param name="tenant">Whose conversation it is: no request's.</param>
    public int[] EncodeQuestion(string question, string withoutTemplate, string tenant)
    {
        Prompt prompt = template is null
            ? new Prompt.Raw(withoutTemplate)
            : new Prompt.Conversation([ChatTurn.FromText(ChatTurnRole.User, question)], [], new Dictionary<string, JsonElement>());
        return Encode(prompt, tenant).Ids;
    }

    /// <summary>The tokens of a text in which control tokens are not recognised.</summary>
    public int[] EncodeContent(string text, CancellationToken cancellationToken = default) =>
        text.Length == 0 ? [] : tokenizer.Encode(text, [new ContentSpan(0, text.Length)], cancellationToken).Ids;

    /// <summary>The tokens of a text that is read as a whole, between those the checkpoint puts around one; at least one. Nothing in it is a control token.</summary>
    /// <remarks>A text to be continued has no end yet, so a raw prompt gets only what comes before it.</remarks>
    public int[] EncodeWhole(string text, CancellationToken cancellationToken) =>
        OrStart(tokenizer.EncodeWithSpecials(text, text.Length == 0 ? [] : [new ContentSpan(0, text.Length)], cancellationToken)).Ids;

    private EncodedPrompt Encode(Prompt.Conversation conversation, string tenant, CancellationToken cancellationToken)
    {
        if (template is null)
        {
            throw new ChatTemplateException(
                "The checkpoint has no chat template (chat_template.jinja, or chat_template in tokenizer_config.json). Add one, or send a raw prompt.");
        }

        var input = new ChatTemplateInput
        {
            Turns = conversation.Turns,
            Tools = conversation.Tools,
            Variables = conversation.Variables,
        };
        var rendered = template.Render(input, cancellationToken);
        return new EncodedPrompt(OrStart(transcripts.Encode(tenant, rendered, cancellationToken)), rendered);
    }

    private Encoding EncodeRaw(string text, CancellationToken cancellationToken)
    {
        int[] ids = [.. tokenizer.PrefixIds, .. EncodeContent(text, cancellationToken)];
        return new Encoding(ids, new int[ids.Length]);
    }

    private Encoding OrStart(Encoding encoding) => encoding.Ids.Length > 0 ? encoding : new Encoding([startToken], [0]);
}
