using Slerp.Engine.Templates;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine;

/// <summary>From a prompt to the tokens the model reads. Thread-safe.</summary>
/// <param name="tokenizer">Text to ids.</param>
/// <param name="template">The chat template, or null.</param>
/// <param name="startToken">What an empty prompt starts from.</param>
internal sealed class PromptEncoder(ITokenizer tokenizer, ChatTemplate? template, int startToken)
{
    /// <summary>The tokens of a prompt; at least one.</summary>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, or there is none.</exception>
    public int[] Encode(Prompt prompt)
    {
        int[] tokens = prompt switch
        {
            Prompt.Conversation conversation => Encode(conversation),
            Prompt.Raw raw => [.. tokenizer.PrefixIds, .. EncodeContent(raw.Text)],
            _ => throw new ArgumentOutOfRangeException(nameof(prompt), prompt, "Unknown kind of prompt."),
        };
        return tokens.Length > 0 ? tokens : [startToken];
    }

    /// <summary>The tokens of a text in which control tokens are not recognised.</summary>
    public int[] EncodeContent(string text) => text.Length == 0 ? [] : tokenizer.Encode(text, new ContentSpan(0, text.Length)).Ids;

    private int[] Encode(Prompt.Conversation conversation)
    {
        if (template is null)
        {
            throw new ChatTemplateException(
                "The checkpoint has no chat template (chat_template.jinja, or chat_template in tokenizer_config.json). Add one, or send a raw prompt.");
        }

        var rendered = template.Render(new ChatTemplateInput
        {
            Turns = conversation.Turns,
            Tools = conversation.Tools,
            Variables = conversation.Variables,
        });
        var spans = new ContentSpan[rendered.Spans.Count];
        for (var index = 0; index < spans.Length; index++)
        {
            spans[index] = new ContentSpan(rendered.Spans[index].Start, rendered.Spans[index].Length);
        }

        return tokenizer.Encode(rendered.Text, spans).Ids;
    }
}
