using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Slerp.Engine;

namespace Slerp.Samples.Chat;

/// <summary>The options, and what was given for them. A new one is a field, a word in <see cref="Create"/> and a line in <see cref="Settings"/>.</summary>
internal sealed class ChatCommandLine
{
    private static readonly string[] KnownQualities = ["lossy", "always", "never"];

    private readonly Option<string?> _prompt = new("--prompt") { Description = "Answer this text and exit.", HelpName = "TEXT" };
    private readonly Option<string?> _model = new("--model") { Description = "The checkpoint folder. Default: the embedded model.", HelpName = "DIR" };
    private readonly Option<string?> _adapter = new("--adapter") { Description = "The folder of a LoRA adapter made for that checkpoint, in the layout of PEFT.", HelpName = "DIR" };
    private readonly Option<string?> _backend = new("--backend") { Description = $"What computes: {ChatBackends.Known}. Default: {ChatBackends.Default}.", HelpName = "NAME" };
    private readonly Option<string?> _system = new("--system") { Description = "Instructions for the model.", HelpName = "TEXT" };
    private readonly Option<int?> _maxTokens = new("--max-tokens") { CustomParser = Number<int>, Description = "Most tokens of an answer.", HelpName = "N" };
    private readonly Option<float?> _temperature = new("--temperature") { CustomParser = Number<float>, Description = "0 always takes the likeliest token. Default: the checkpoint's.", HelpName = "T" };
    private readonly Option<long?> _seed = new("--seed") { CustomParser = Number<long>, Description = "Same seed, same answer. Default: a fresh one.", HelpName = "S" };
    private readonly Option<string?> _decoding = new("--decoding") { Description = $"The drafter: {string.Join(", ", EngineCatalog.Drafters)}. It changes the speed, never the text.", HelpName = "NAME" };
    private readonly Option<bool> _compare = new("--compare") { Description = "Answer twice, plainly and with the drafter, and print a table. Needs --prompt or piped text." };
    private readonly Option<string?> _context = new("--context") { Description = "A text file to answer from: a passage, which --merge may shorten.", HelpName = "FILE" };
    private readonly Option<bool> _merge = new("--merge") { Description = "Merge passages and old turns inside the model: a faster, lossy prompt, judged while it is answered." };
    private readonly Option<double?> _cutoff = new("--cutoff") { CustomParser = Number<double>, Description = "The share of the layers, 0 to 1, that see every token before --merge acts.", HelpName = "C" };
    private readonly Option<string?> _quality = new("--quality") { Description = "Which answers are judged before they are shown: lossy (default), always, never.", HelpName = "WHEN" };
    private readonly Option<Drill?> _drill = new("--drill") { CustomParser = Drilled, Description = "A fault on purpose, to see the fallback: quality@N, nan@N, hang@N or throw@N at segment N.", HelpName = "KIND@N" };
    private readonly Option<bool> _raw = new("--raw") { Description = "No chat template: continue the prompt as it stands." };
    private readonly Option<bool> _stats = new("--stats") { Description = "Write one JSON line of statistics to standard error." };

    /// <summary>The command, which runs what was asked for.</summary>
    public static RootCommand Create(Func<ChatSettings, Task<int>> run)
    {
        var options = new ChatCommandLine();
        var root = new RootCommand("Chat with a local language model. Without --prompt: answers piped text, or starts a conversation on a terminal.")
        {
            options._prompt, options._model, options._adapter, options._backend, options._system, options._maxTokens, options._temperature, options._seed, options._decoding, options._compare,
            options._context, options._merge, options._cutoff, options._quality, options._drill, options._raw, options._stats,
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

        if (given.GetValue(_raw) && given.GetValue(_context) is not null)
        {
            given.AddError("--context has no place with --raw, which continues the prompt as it stands.");
        }

        if (given.GetValue(_cutoff) is not null && !given.GetValue(_merge))
        {
            given.AddError("--cutoff says where --merge acts; give both.");
        }

        if (given.GetValue(_quality) is { } quality && !KnownQualities.Contains(quality))
        {
            given.AddError($"--quality '{quality}' is not known. Known: {string.Join(", ", KnownQualities)}.");
        }

        if (given.GetValue(_decoding) is { } decoding && !EngineCatalog.Drafters.Contains(decoding))
        {
            given.AddError($"--decoding '{decoding}' is not known. Known: {string.Join(", ", EngineCatalog.Drafters)}.");
        }

        if (given.GetValue(_compare) && given.GetValue(_decoding) == Conversation.Plainly)
        {
            given.AddError($"--compare sets a drafter beside '{Conversation.Plainly}'; name another one in --decoding, or none for the default.");
        }

        if (given.GetValue(_context) is { } file && !File.Exists(file))
        {
            given.AddError($"--context '{file}' is no file; expected a text file to answer from.");
        }
    }

    private static Drill? Drilled(ArgumentResult given)
    {
        if (Drill.Parse(given.Tokens[0].Value) is { } drill)
        {
            return drill;
        }

        given.AddError($"'{given.Tokens[0].Value}' is not a drill. Known: quality@N, nan@N, hang@N, throw@N, with N from 1.");
        return null;
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
        Adapter = parsed.GetValue(_adapter),
        Backend = parsed.GetValue(_backend) ?? ChatBackends.Default,
        System = parsed.GetValue(_system),
        MaxTokens = parsed.GetValue(_maxTokens),
        Temperature = parsed.GetValue(_temperature),
        Seed = parsed.GetValue(_seed),
        Decoding = parsed.GetValue(_decoding),
        Compare = parsed.GetValue(_compare),
        Context = parsed.GetValue(_context),
        Merge = parsed.GetValue(_merge),
        Cutoff = parsed.GetValue(_cutoff),
        Quality = parsed.GetValue(_quality),
        Drill = parsed.GetValue(_drill),
        Raw = parsed.GetValue(_raw),
        Stats = parsed.GetValue(_stats),
    };
}
