using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Slerp.Engine;

namespace Slerp.Samples.Chat;

/// <summary>The options, and what was given for them. A new one is a field, a word in <see cref="Create"/> and a line in <see cref="Settings"/>.</summary>
internal sealed class ChatCommandLine
{
    private readonly Option<string?> _prompt = new("--prompt") { Description = "Answer this text and exit.", HelpName = "TEXT" };
    private readonly Option<string?> _model = new("--model") { Description = "The checkpoint folder. Default: the embedded model.", HelpName = "DIR" };
    private readonly Option<string?> _system = new("--system") { Description = "Instructions for the model.", HelpName = "TEXT" };
    private readonly Option<int?> _maxTokens = new("--max-tokens") { CustomParser = Number<int>, Description = "Most tokens of an answer.", HelpName = "N" };
    private readonly Option<float?> _temperature = new("--temperature") { CustomParser = Number<float>, Description = "0 always takes the likeliest token. Default: the checkpoint's.", HelpName = "T" };
    private readonly Option<long?> _seed = new("--seed") { CustomParser = Number<long>, Description = "Same seed, same answer. Default: a fresh one.", HelpName = "S" };
    private readonly Option<string?> _decoding = new("--decoding") { Description = $"The drafter: {string.Join(", ", EngineCatalog.Drafters)}. It changes the speed, never the text.", HelpName = "NAME" };
    private readonly Option<bool> _compare = new("--compare") { Description = "Answer twice, plainly and with the drafter, and print a table. Needs --prompt or piped text." };
    private readonly Option<bool> _raw = new("--raw") { Description = "No chat template: continue the prompt as it stands." };
    private readonly Option<bool> _stats = new("--stats") { Description = "Write one JSON line of statistics to standard error." };

    /// <summary>The command, which runs what was asked for.</summary>
    public static RootCommand Create(Func<ChatSettings, Task<int>> run)
    {
        var options = new ChatCommandLine();
        var root = new RootCommand("Chat with a local language model. Without --prompt: answers piped text, or starts a conversation on a terminal.")
        {
            options._prompt, options._model, options._system, options._maxTokens, options._temperature, options._seed, options._decoding, options._compare, options._raw, options._stats,
        };
        root.Validators.Add(options.Validate);
        root.SetAction((parsed, _) => run(options.Settings(parsed)));
        return root;
    }

    private void Validate(CommandResult given)
    {
        if (given.GetValue(_raw) && given.GetValue(_system) is not null)
        {
            given.AddError("--system has no place with --raw, which continues the prompt as it stands.");
        }

        if (given.GetValue(_decoding) is { } decoding && !EngineCatalog.Drafters.Contains(decoding))
        {
            given.AddError($"--decoding '{decoding}' is not known. Known: {string.Join(", ", EngineCatalog.Drafters)}.");
        }
    }

    private static T? Number<T>(ArgumentResult given)
        where T : struct, INumber<T>
    {
        if (T.TryParse(given.Tokens[0].Value, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        given.AddError($"'{given.Tokens[0].Value}' is not a number that {((OptionResult)given.Parent!).IdentifierToken} takes.");
        return null;
    }

    private ChatSettings Settings(ParseResult parsed) => new()
    {
        Prompt = parsed.GetValue(_prompt),
        Model = parsed.GetValue(_model),
        System = parsed.GetValue(_system),
        MaxTokens = parsed.GetValue(_maxTokens),
        Temperature = parsed.GetValue(_temperature),
        Seed = parsed.GetValue(_seed),
        Decoding = parsed.GetValue(_decoding),
        Compare = parsed.GetValue(_compare),
        Raw = parsed.GetValue(_raw),
        Stats = parsed.GetValue(_stats),
    };
}
