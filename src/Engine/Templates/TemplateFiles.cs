using System.Text.Json;

namespace Slerp.Engine.Templates;

/// <summary>Finds a checkpoint's chat template: chat_template.jinja, else the entry chat_template of tokenizer_config.json.</summary>
internal static class TemplateFiles
{
    private const string ConfigName = "tokenizer_config.json";
    private const string TemplateName = "chat_template.jinja";
    private const long MaximumFileBytes = 64L << 20;

    private static readonly string[] TokenNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>The template of the checkpoint in <paramref name="directory"/>, or null where it has none.</summary>
    public static TemplateSource? Read(string directory)
    {
        var file = ReadIfPresent(directory, TemplateName);
        var toolFile = ReadIfPresent(Path.Combine(directory, "additional_chat_templates"), "tool_use.jinja");
        var configFile = Path.Combine(directory, ConfigName);
        if (ReadIfPresent(directory, ConfigName) is not { } config)
        {
            return file is null ? null : new TemplateSource(file, toolFile, new Dictionary<string, string>());
        }

        using var document = ParseConfig(config, configFile);
        var root = document.RootElement.ValueKind == JsonValueKind.Object
            ? document.RootElement
            : throw new CheckpointException(configFile, $"it holds {document.RootElement.ValueKind}; expected an object.");
        var (template, toolUse) = root.TryGetProperty("chat_template", out var entry) ? ReadEntry(entry, configFile) : (null, null);
        return (file ?? template) is { } found ? new TemplateSource(found, file is null ? toolUse : toolFile, ReadTokens(root, configFile)) : null;
    }

    private static string? ReadIfPresent(string directory, string name)
    {
        if (CheckpointFile.ReadIfPresent(Path.Combine(directory, name), MaximumFileBytes) is not { } bytes)
        {
            return null;
        }

        // A mark of the byte order is none of the template's text.
        using var reader = new StreamReader(new MemoryStream(bytes));
        return reader.ReadToEnd();
    }

    private static JsonDocument ParseConfig(string config, string file)
    {
        try
        {
            return JsonDocument.Parse(config);
        }
        catch (JsonException failure)
        {
            throw new CheckpointException(file, $"it is not JSON: {failure.Message}", failure);
        }
    }

    /// <summary>One template, or a list of named ones of which "default" and "tool_use" count.</summary>
    private static (string? Default, string? ToolUse) ReadEntry(JsonElement entry, string file)
    {
        switch (entry.ValueKind)
        {
            case JsonValueKind.Null:
                return (null, null);
            case JsonValueKind.String:
                return (Text(entry, file), null);
            case JsonValueKind.Array:
                var named = new Dictionary<string, string>();
                foreach (var item in entry.EnumerateArray())
                {
                    if (item.ValueKind == JsonValueKind.Object
                        && item.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
                        && item.TryGetProperty("template", out var template) && template.ValueKind == JsonValueKind.String)
                    {
                        named[Text(name, file)] = Text(template, file);
                    }
                }

                return (named.GetValueOrDefault("default"), named.GetValueOrDefault("tool_use"));
            default:
                throw new CheckpointException(file, $"'chat_template' is {entry.ValueKind}; expected a string, or a list of {{name, template}}.");
        }
    }

    private static Dictionary<string, string> ReadTokens(JsonElement root, string file)
    {
        var tokens = new Dictionary<string, string>();
        foreach (var name in TokenNames)
        {
            if (!root.TryGetProperty(name, out var token))
            {
                continue;
            }

            if (token.ValueKind == JsonValueKind.Object && token.TryGetProperty("content", out var content))
            {
                token = content;
            }

            if (token.ValueKind == JsonValueKind.String)
            {
                tokens[name] = Text(token, file);
            }
        }

        return tokens;
    }

    private static string Text(JsonElement element, string file)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException failure)
        {
            throw new CheckpointException(file, "a string is not valid Unicode.", failure);
        }
    }
}
