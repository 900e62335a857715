// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"flag"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/roster-dev/roster/internal/activation"
	"github.com/roster-dev/roster/internal/mail"
)

// Activation says how people come to log in.
type Activation struct {
	// KeyFile holds at least 32 random bytes, of which links and sessions are made; default none, and then the manager sends no links and
	// serves no pages. All replicas need the same.
	KeyFile string `json:"keyFile"`
	// PageURL is where people find their pages, such as https://people.example.com: https, but for a loopback address. Required with a key.
	PageURL string `json:"pageURL"`
	// BindAddress is host and port that serve the pages; default :8444.
	BindAddress string `json:"bindAddress"`
	// CertificateFolder holds tls.crt and tls.key to serve the pages with; default none, and then something in front of the manager does.
	CertificateFolder string `json:"certificateFolder"`
	// TrustedProxies are the addresses, or networks, of whatever is in front, separated by commas: what they say of clients is believed.
	TrustedProxies string `json:"trustedProxies"`
	// ResetValidFor is how long a link lives that somebody asked for who forgot the password; default 1h.
	ResetValidFor metav1.Duration `json:"resetValidFor"`
	// InitialPasswords lets first passwords be read from Secrets with the label roster.dev/initial-password=true; default false. It needs
	// the rights of config/initial-passwords.
	InitialPasswords bool `json:"initialPasswords"`
}

// Mail says how links are mailed.
type Mail struct {
	// From is the sender, such as "Contact centre <people@example.com>"; required with activation.keyFile.
	From string `json:"from"`
	// ReplyTo is where answers go; default the sender.
	ReplyTo string `json:"replyTo"`
	// Host and Port are those of the SMTP server; the port's default is that of the way.
	Host string `json:"host"`
	Port int    `json:"port"`
	// TLS is StartTLS, TLS, or None, which is for a loopback address alone; default StartTLS.
	TLS string `json:"tls"`
	// CAFile holds the certificates that the server's is to be signed by; default those of the system.
	CAFile string `json:"caFile"`
	// Username and PasswordFile are what the manager logs in with; default not at all.
	Username     string `json:"username"`
	PasswordFile string `json:"passwordFile"`
	// Folder is where mails are dropped as files instead, for trying things out.
	Folder string `json:"folder"`
	// Templates is a folder with texts that replace those that are built in.
	Templates string `json:"templates"`
	// PerMinute is how many mails are sent a minute at most; default 60.
	PerMinute int `json:"perMinute"`
}

// Passwords says how much work it is to check a password.
type Passwords struct {
	// Memory is in KiB, Iterations how often it is gone over, and Parallelism in how many lanes; default 47104, 1 and 1.
	Memory      int `json:"memory"`
	Iterations  int `json:"iterations"`
	Parallelism int `json:"parallelism"`
	// Concurrency is how many passwords are checked at once; default 4.
	Concurrency int `json:"concurrency"`
}

// Authentication says how platforms ask whether a password is right.
type Authentication struct {
	// BindAddress is host and port; default "0", and nobody is answered.
	BindAddress string `json:"bindAddress"`
	// CertificateFolder holds tls.crt and tls.key; needed but for a loopback address.
	CertificateFolder string `json:"certificateFolder"`
	// TokenFile holds the bearer tokens of platforms, a line each, at least 20 characters long.
	TokenFile string `json:"tokenFile"`
	// ClientCAFile holds the certificates that sign those of platforms; whoever has such a one needs no token.
	ClientCAFile string `json:"clientCAFile"`
}

// served tells whether platforms are answered.
func (a Authentication) served() bool { return a.BindAddress != "0" }

// on tells whether people set passwords by this manager at all.
func (a Activation) on() bool { return a.KeyFile != "" }

func (a *Activation) flags(set *flag.FlagSet) {
	set.StringVar(&a.KeyFile, "activation-key-file", a.KeyFile, "`file` with at least 32 random bytes, of which links are made; without it none are sent")
	set.StringVar(&a.PageURL, "page-url", a.PageURL, "`URL` at which people find their pages")
	set.StringVar(&a.BindAddress, "page-bind-address", a.BindAddress, "`address` that serves people's pages")
	set.StringVar(&a.CertificateFolder, "page-certificate-folder", a.CertificateFolder, "`folder` with tls.crt and tls.key to serve the pages with")
	set.StringVar(&a.TrustedProxies, "page-trusted-proxies", a.TrustedProxies, "`addresses` or networks in front of the pages, separated by commas")
	set.DurationVar(&a.ResetValidFor.Duration, "reset-valid-for", a.ResetValidFor.Duration, "`time` that a link lives which somebody asked for who forgot the password")
	set.BoolVar(&a.InitialPasswords, "initial-passwords", a.InitialPasswords, "read first passwords from labelled Secrets")
}

func (m *Mail) flags(set *flag.FlagSet) {
	set.StringVar(&m.From, "mail-from", m.From, "`sender` of mails")
	set.StringVar(&m.ReplyTo, "mail-reply-to", m.ReplyTo, "`address` that answers to mails go to; default the sender")
	set.StringVar(&m.Host, "mail-host", m.Host, "`host` of the SMTP server")
	set.IntVar(&m.Port, "mail-port", m.Port, "`port` of the SMTP server; default that of the way")
	set.StringVar(&m.TLS, "mail-tls", m.TLS, "StartTLS, TLS or None")
	set.StringVar(&m.CAFile, "mail-ca-file", m.CAFile, "`file` with the certificates that sign the SMTP server's")
	set.StringVar(&m.Username, "mail-username", m.Username, "`name` to log in to the SMTP server with")
	set.StringVar(&m.PasswordFile, "mail-password-file", m.PasswordFile, "`file` with the password to log in with")
	set.StringVar(&m.Folder, "mail-folder", m.Folder, "`folder` to drop mails in instead of sending them")
	set.StringVar(&m.Templates, "mail-templates", m.Templates, "`folder` with texts of mails")
	set.IntVar(&m.PerMinute, "mail-per-minute", m.PerMinute, "`mails` a minute at most")
}

func (p *Passwords) flags(set *flag.FlagSet) {
	set.IntVar(&p.Memory, "password-memory", p.Memory, "`KiB` of memory that a password hash takes")
	set.IntVar(&p.Iterations, "password-iterations", p.Iterations, "`times` that the memory is gone over")
	set.IntVar(&p.Parallelism, "password-parallelism", p.Parallelism, "`lanes` in which it is")
	set.IntVar(&p.Concurrency, "password-concurrency", p.Concurrency, "`passwords` that are checked at once")
}

func (a *Authentication) flags(set *flag.FlagSet) {
	set.StringVar(&a.BindAddress, "authentication-bind-address", a.BindAddress, "`address` that tells platforms whether a password is right; 0 for none")
	set.StringVar(&a.CertificateFolder, "authentication-certificate-folder", a.CertificateFolder, "`folder` with tls.crt and tls.key to do so with")
	set.StringVar(&a.TokenFile, "authentication-token-file", a.TokenFile, "`file` with the bearer tokens of platforms, a line each")
	set.StringVar(&a.ClientCAFile, "authentication-client-ca-file", a.ClientCAFile, "`file` with the certificates that sign those of platforms")
}

func (a Activation) rules() []optionRule {
	page, err := url.Parse(a.PageURL)
	pageFits := err == nil && page.Host != "" && page.RawQuery == "" && page.Fragment == "" && (page.Scheme == "https" || page.Scheme == "http" && loopback(page.Hostname()))
	_, proxies := a.proxies()
	return []optionRule{
		{a.on() && !pageFits, fmt.Sprintf("activation.pageURL %q must be an https URL without query, such as https://people.example.com (http is for a loopback address alone)", a.PageURL)},
		{a.InitialPasswords && !a.on(), "activation.initialPasswords needs activation.keyFile"},
		{!address(a.BindAddress), fmt.Sprintf("activation.bindAddress %q must be host:port, such as :8444, or 0 for none", a.BindAddress)},
		{proxies != nil, fmt.Sprintf("activation.trustedProxies %q must be addresses or networks separated by commas, such as 10.0.0.0/8", a.TrustedProxies)},
		{a.ResetValidFor.Duration < time.Minute || a.ResetValidFor.Duration > 7*24*time.Hour, fmt.Sprintf("activation.resetValidFor %s must be from 1m to 168h", a.ResetValidFor.Duration)},
	}
}

// proxies are the networks of trusted proxies.
func (a Activation) proxies() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for text := range strings.SplitSeq(a.TrustedProxies, ",") {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		if one, err := netip.ParseAddr(text); err == nil {
			all = append(all, netip.PrefixFrom(one, one.BitLen()))
			continue
		}
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, err
		}
		all = append(all, network)
	}
	return all, nil
}

func (m Mail) rules(on bool) []optionRule {
	return []optionRule{
		{on && m.From == "", "mail.from is required where links are sent: the sender, such as \"Contact centre <people@example.com>\""},
		{on && (m.Host == "") == (m.Folder == ""), "mail.host or mail.folder is required where links are sent, and one of the two: the SMTP server, or a folder for trying things out"},
		{m.Host != "" && len(validation.IsDNS1123Subdomain(strings.ToLower(m.Host))) > 0 && !isIP(m.Host), fmt.Sprintf("mail.host %q must be a host name or an address", m.Host)},
		{m.Port < 0 || m.Port > 65535, fmt.Sprintf("mail.port %d must be from 1 to 65535", m.Port)},
		{m.TLS != "StartTLS" && m.TLS != "TLS" && m.TLS != "None", fmt.Sprintf("mail.tls %q must be StartTLS, TLS or None", m.TLS)},
		{m.TLS == "None" && m.Host != "" && !loopback(m.Host), fmt.Sprintf("mail.tls None is for a loopback address alone, not for %q", m.Host)},
		{(m.Username == "") != (m.PasswordFile == ""), "mail.username and mail.passwordFile go together"},
		{m.PerMinute < 1 || m.PerMinute > 100_000, fmt.Sprintf("mail.perMinute %d must be from 1 to 100000", m.PerMinute)},
	}
}

func (p Passwords) rules() []optionRule {
	cost, err := p.cost()
	if err == nil {
		err = cost.Check()
	}
	return []optionRule{
		{err != nil, fmt.Sprintf("passwords: %v", err)},
		{p.Concurrency < 1 || p.Concurrency > 1000, fmt.Sprintf("passwords.concurrency %d must be from 1 to 1000", p.Concurrency)},
	}
}

// cost is that of a password hash.
func (p Passwords) cost() (activation.Cost, error) {
	const most = 1 << 30
	for _, n := range []int{p.Memory, p.Iterations} {
		if n < 0 || n > most {
			return activation.Cost{}, fmt.Errorf("%d is no number of KiB, or of times", n)
		}
	}
	if p.Parallelism < 0 || p.Parallelism > 255 {
		return activation.Cost{}, fmt.Errorf("%d is no number of lanes", p.Parallelism)
	}
	return activation.Cost{Memory: uint32(p.Memory), Iterations: uint32(p.Iterations), Parallelism: uint8(p.Parallelism)}, nil // #nosec G115 -- they are bounded above
}

func (a Authentication) rules(on bool) []optionRule {
	host, _, _ := strings.Cut(a.BindAddress, ":")
	return []optionRule{
		{!address(a.BindAddress), fmt.Sprintf("authentication.bindAddress %q must be host:port, such as :8445, or 0 for none", a.BindAddress)},
		{a.served() && !on, "authentication needs activation.keyFile: without it people have no passwords here"},
		{a.served() && a.CertificateFolder == "" && !loopback(host), "authentication.certificateFolder is required: passwords go over TLS, but for a loopback address"},
		{a.served() && a.TokenFile == "" && a.ClientCAFile == "", "authentication.tokenFile or authentication.clientCAFile is required: only platforms of yours may ask"},
	}
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func isIP(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// mailer is what mails are sent with.
func (m Mail) mailer() (*mail.Mailer, error) {
	transport, err := m.transport()
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	options := mail.Options{From: m.From, ReplyTo: m.ReplyTo, PerMinute: m.PerMinute}
	if m.Templates != "" {
		options.Templates = os.DirFS(m.Templates)
	}
	mailer, err := mail.New(transport, options)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return mailer, nil
}

func (m Mail) transport() (mail.Transport, error) {
	if m.Folder != "" {
		return mail.Folder(m.Folder)
	}
	return mail.SMTP(mail.SMTPOptions{
		Host: m.Host, Port: m.Port, TLS: mail.TLSMode(m.TLS), CAFile: m.CAFile, Username: m.Username, PasswordFile: m.PasswordFile,
	})
}
