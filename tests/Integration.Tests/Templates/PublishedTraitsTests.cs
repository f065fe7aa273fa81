using Slerp.Engine.Templates;
using Slerp.Tests.Shared;

namespace Slerp.Integration.Tests.Templates;

/// <summary>What probing finds out about published templates, against what their authors document.</summary>
public sealed class PublishedTraitsTests
{
    private const TemplateTraits Full = TemplateTraits.SystemRole | TemplateTraits.Tools | TemplateTraits.ToolCalls | TemplateTraits.ToolResults;

    [SharedDataTheory]
    [InlineData("Qwen-Qwen2.5-7B-Instruct", Full)]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct", Full)]
    [InlineData("mistralai-Mistral-Nemo-Instruct-2407", Full | TemplateTraits.Alternation | TemplateTraits.ShortCallIds)]
    [InlineData("google-gemma-2-2b-it", TemplateTraits.Alternation)]
    [InlineData("microsoft-Phi-3.5-mini-instruct", TemplateTraits.SystemRole)]
    [InlineData(
        "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B",
        TemplateTraits.SystemRole | TemplateTraits.ToolCalls | TemplateTraits.ToolResults | TemplateTraits.TextArguments | TemplateTraits.NullCallContent)]
    internal void PublishedTemplate_Probed_HasItsTraits(string name, TemplateTraits expected)
    {
        var source = File.ReadAllText(SharedData.Path("chat_templates", "llama.cpp", "templates", name + ".jinja"));
        Assert.Equal(expected, ChatTemplate.Parse(source, "<s>", "</s>").Traits);
    }
}
