using Slerp.Engine.Templates;

namespace Slerp.Engine.Tests.Templates;

public sealed class TemplateFilesTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("slerp-templates-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Load_NoFiles_IsNull() => Assert.Null(ChatTemplate.Load(folder.FullName));

    [Fact]
    public void Load_ConfigWithoutTemplate_IsNull()
    {
        Write("tokenizer_config.json", """{"bos_token": "<s>", "chat_template": null}""");
        Assert.Null(ChatTemplate.Load(folder.FullName));
    }

    [Fact]
    public void Load_Config_TakesTemplateAndTokens()
    {
        Write("tokenizer_config.json", """{"bos_token": "<s>", "eos_token": {"content": "</s>"}, "unk_token": null, "chat_template": "{{ bos_token }}{{ messages|length }}{{ eos_token }}{{ unk_token }}"}""");
        Assert.Equal("<s>1</s>", Render());
    }

    [Fact]
    public void Load_TemplateFile_WinsOverConfig()
    {
        Write("tokenizer_config.json", """{"bos_token": "<s>", "chat_template": "config"}""");
        Write("chat_template.jinja", "{{ bos_token }}file\n");
        Assert.Equal("<s>file", Render());
    }

    [Fact]
    public void Load_NamedTemplates_PicksByTools()
    {
        Write("tokenizer_config.json", """{"chat_template": [{"name": "tool_use", "template": "with"}, {"name": "default", "template": "without"}, {"name": 3}]}""");
        Assert.Equal("without", Render());
        Assert.Equal("with", Render(new ChatTool("t", "", default)));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"chat_template": 3}""")]
    public void Load_MalformedConfig_FailsNamingTheFile(string config)
    {
        Write("tokenizer_config.json", config);
        Assert.StartsWith(Path.Combine(folder.FullName, "tokenizer_config.json"), Assert.Throws<CheckpointException>(() => ChatTemplate.Load(folder.FullName)).Message, StringComparison.Ordinal);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(folder.FullName, name), text);

    private string Render(params ChatTool[] tools) => ChatTemplate.Load(folder.FullName)!
        .Render(new() { Turns = [ChatTurn.FromText(ChatTurnRole.User, "hello")], Tools = tools }).Text;
}
