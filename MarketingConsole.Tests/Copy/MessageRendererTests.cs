using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Events;
using Microsoft.Extensions.FileProviders;

namespace MarketingConsole.Tests.Copy;

public sealed class MessageRendererTests
{
    internal static readonly EmailLayout Layout = EmailLayout.Read(new PhysicalFileProvider(AppContext.BaseDirectory));
    private static readonly MessageRenderer Renderer = new(Layout);
    private static readonly CopyVariant Variant = new() { Subject = "For {{first_name \"you\"}}", Preheader = "P", Heading = "Heading", Body = "Hello {{first_name \"you\"}} from {{city}}\n\n- one\n- two\n\nline\nbreak", Button = "Go", ShortText = "{{first_name \"You\"}}: {{link}}" };
    private static readonly MessageContext Context = new() { FirstName = "Ann", City = "Graz", ShopName = "Shop", PostalAddress = "Street 1", LinkUrl = "https://x.example/?a=1&b=2", UnsubscribeUrl = "https://x.example/u", PreferencesUrl = "https://x.example/p" };

    [Fact]
    public void Render_Email_FillsLayoutTextAndFooter()
    {
        var message = Renderer.Render(Variant, Context);
        Assert.Equal("For Ann", message.Subject);
        Assert.Contains("Hello Ann from Graz", message.Html, StringComparison.Ordinal);
        Assert.Contains("<li", message.Html, StringComparison.Ordinal);
        Assert.Contains("line<br>break", message.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://x.example/u\"", message.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://x.example/?a=1&amp;b=2\"", message.Html, StringComparison.Ordinal);
        Assert.Contains("Street 1", message.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", message.Html, StringComparison.Ordinal);
        Assert.Contains("Go: https://x.example/?a=1&b=2", message.Text, StringComparison.Ordinal);
        Assert.Contains("Unsubscribe: https://x.example/u", message.Text, StringComparison.Ordinal);
        Assert.Contains("Street 1", message.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_ValuesAndCopyWithMarkup_AreEncodedInHtmlAndNeverRunAsTemplates()
    {
        var message = Renderer.Render(Variant with { Heading = "<b>A & B</b>" }, Context with { FirstName = "<script>alert(1)</script>", City = "{{shop_name}} \"><img src=x onerror=y>" });
        Assert.DoesNotContain("<script>alert", message.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", message.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", message.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;A &amp; B&lt;/b&gt;", message.Html, StringComparison.Ordinal);
        Assert.Contains("{{shop_name}}", message.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_LineBreakInName_CannotAddAMailHeader() =>
        Assert.Equal("For Ann Bcc: x@example.com", Renderer.Render(Variant, Context with { FirstName = "Ann\r\nBcc: x@example.com" }).Subject);

    [Fact]
    public void Render_CodeOnlyWithOfferCode_ShowsTheBox()
    {
        Assert.DoesNotContain("Your code", Renderer.Render(Variant, Context).Html, StringComparison.Ordinal);
        var message = Renderer.Render(Variant, Context with { OfferCode = "TEA15" });
        Assert.Contains("Your code", message.Html, StringComparison.Ordinal);
        Assert.Contains("Your code: TEA15", message.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_MissingValue_UsesFallbackOrNamesThePlaceholder()
    {
        Assert.Equal("For you", Renderer.Render(Variant, Context with { FirstName = " " }).Subject);
        Assert.Contains("{{city}}", Assert.Throws<MessageException>(() => Renderer.Render(Variant, Context with { City = null })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{fist_name}}", "{{fist_name}}")]
    [InlineData("{{firstname}}", "{{first_name}}")]
    [InlineData("{{{first_name}}}", "not a placeholder")]
    [InlineData("{{> other}}", "not a placeholder")]
    [InlineData("{{#each x}}", "not a placeholder")]
    [InlineData("{{#if city}}x", "never closed")]
    [InlineData("{{/if}}", "closes nothing")]
    [InlineData("{{else}}", "belongs between")]
    [InlineData("{{first_name", "not a placeholder")]
    public void Render_BadTemplate_NamesTheFault(string body, string part) =>
        Assert.Contains(part, Assert.Throws<MessageException>(() => Renderer.Render(Variant with { Body = body }, Context)).Message, StringComparison.Ordinal);

    [Fact]
    public void Render_Conditions_FollowTheValue()
    {
        var variant = Variant with { ShortText = "{{#if city}}In {{city}}{{else}}Anywhere{{/if}}{{#unless city}}!{{/unless}}" };
        Assert.Equal("In Graz", Renderer.Render(variant, Context, Channel.Sms).Text);
        Assert.Equal("Anywhere!", Renderer.Render(variant, Context with { City = null }, Channel.Sms).Text);
        Assert.Null(Renderer.Render(variant, Context, Channel.Sms).Html);
    }

    [Theory]
    [InlineData("de", "Abmelden")]
    [InlineData("fr", "Se désabonner")]
    public void Render_Footer_SpeaksTheCopysLanguage(string language, string unsubscribe) =>
        Assert.Contains(unsubscribe, Renderer.Render(Variant with { Language = language }, Context).Html, StringComparison.Ordinal);
}
