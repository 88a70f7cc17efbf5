/* The tables. The titles are in the order of the levels that senserve gives them. */
#include "sengen/vocabulary.h"

#include <stddef.h>

static const char *const fields[] = {
	"Account Receivable",
	"Accounting",
	"Actuarial",
	"Advertising",
	"Aerospace",
	"Analytics",
	"Asset Management",
	"Audit",
	"Automation",
	"Backend",
	"Benefits",
	"Billing",
	"Biotech",
	"Brand",
	"Budget",
	"Build Tools",
	"Business",
	"Civil",
	"Claims",
	"Client Support",
	"Clinical Data",
	"Cloud",
	"Commodities",
	"Communications",
	"Compensation",
	"Compliance",
	"Construction",
	"Content",
	"Credit Risk",
	"Customer Success",
	"Cybersecurity",
	"Data",
	"Data Center",
	"Data Platform",
	"Database",
	"Demand Planning",
	"Design Systems",
	"Digital",
	"E-Commerce",
	"Electrical",
	"Embedded Systems",
	"Energy",
	"Environmental",
	"Events",
	"Facilities",
	"Field Operations",
	"Finance",
	"Firmware",
	"Fleet",
	"Frontend",
	"Fundraising",
	"Graphics",
	"Growth",
	"Hardware",
	"Health & Safety",
	"Human Resources",
	"Hydraulics",
	"Infrastructure",
	"Innovation",
	"Insurance",
	"Integration",
	"Internal Tools",
	"Inventory",
	"Investor Relations",
	"IT",
	"Laboratory",
	"Learning",
	"Legal",
	"Logistics",
	"Machine Learning",
	"Manufacturing",
	"Marketing",
	"Mechanical",
	"Merchandising",
	"Mobile",
	"Network",
	"Operations",
	"Packaging",
	"Payments",
	"Payroll",
	"Performance",
	"Pricing",
	"Procurement",
	"Product",
	"Production",
	"Public Affairs",
	"Quality",
	"R&D",
	"Rail",
	"Real Estate",
	"Recruiting",
	"Regulatory",
	"Reliability",
	"Research",
	"Revenue",
	"Robotics",
	"Safety",
	"Sales",
	"Security",
	"Software",
	"Solar",
	"Strategy",
	"Supply Chain",
	"Sustainability",
	"Tax",
	"Technical",
	"Test",
	"Treasury",
	"UX",
	"Warehouse",
	"Water",
	"Wind",
	NULL,
};

static const char *const entry_roles[] = {"Intern", "Trainee", "Apprentice", "Working Student (Internship)", NULL};

static const char *const entry_jobs[] = {
	"Landscape Laborer",
	"Kitchen Helper",
	"Paralegal",
	"Dining Room Attendant",
	"Cleaner",
	"Housekeeper",
	"Groundskeeper",
	"Construction Worker",
	"Cashier",
	"Dishwasher",
	"Barista",
	"Stable Attendant",
	"Material Handler",
	"Waiter/Waitress",
	"Forest Worker",
	"Janitor",
	"Warehouse Worker",
	"Production Helper",
	"Deckhand",
	"Parking Attendant",
	NULL,
};

static const char *const conditions[] = {
	"",
	" (Part-Time)",
	" (Temporary)",
	", Night Shift",
	" - Seasonal",
	" (Weekends)",
	", Bilingual Spanish",
	" (m/f/d)",
	" I",
	" II",
	" - Entry Wage",
	", Day Shift",
	" (Summer 2026)",
	" / Flexible Hours",
	" [Remote Site]",
	" NA-02",
	NULL,
};

static const char *const roles[] = {
	"Analyst", "Engineer", "Specialist",     "Technician", "Coordinator", "Consultant", "Developer",
	"Officer", "Planner",  "Representative", "Accountant", "Inspector",   NULL,
};

static const char *const junior_marks[] = {"Junior ", "Jr. ", NULL};
static const char *const senior_marks[] = {"Senior ", "Lead ", "Sr. ", NULL};

static const char *const professions[] = {
	"Attorney",
	"Counsel",
	"Physician",
	"Clinical Psychologist",
	"Pharmacist",
	"Solutions Architect",
	"Account Executive",
	"Nurse Practitioner",
	"Veterinarian",
	"Associate Professor",
	NULL,
};

static const char *const managers[] = {"Manager", "Team Lead", "Supervisor", "Superintendent", NULL};

static const char *const places[] = {
	"",         ", Europe",     ", EMEA",       ", Americas",      ", APAC",         ", Nordics",
	", DACH",   ", Iberia",     ", Benelux",    ", Latin America", ", Middle East",  ", Africa",
	", Canada", ", West Coast", ", East Coast", ", Midwest",       ", UK & Ireland", ", Japan",
	", India",  ", Australia",  NULL,
};

static const char *const top_jobs[] = {
	"CEO",
	"CFO",
	"COO",
	"CTO",
	"CIO",
	"Chief Executive Officer",
	"Chief Financial Officer",
	"Chief Operating Officer",
	"Chief Technology Officer",
	"Chief People Officer",
	"President",
	"Founder",
	NULL,
};

static const char *const department_heads[] = {"Head of ", "VP ", "Vice President, ", "Chief of ", NULL};
static const char *const executives[] = {"Director of ", "Managing Director, ", "SVP ", "Executive Director, ", NULL};
static const char *const partners[] = {"Attorney, Partner", "Managing Partner", "Tax Partner", "General Counsel", NULL};
static const char *const to_whom[] = {"CEO", "CFO", "Managing Director", "Head of Legal", NULL};

const struct pattern title_patterns[] = {
	{{fields, entry_roles}, {NULL, " "}, NULL}, /* 1 */
	{{entry_jobs, conditions}, {0}, NULL},
	{{fields, roles}, {NULL, " "}, NULL}, /* 2 */
	{{junior_marks, fields, roles}, {NULL, NULL, " "}, NULL},
	{{to_whom, places}, {"Assistant to the "}, NULL},
	{{senior_marks, fields, roles}, {NULL, NULL, " "}, NULL}, /* 3 */
	{{professions, places}, {0}, NULL},
	{{fields, managers}, {NULL, " "}, NULL}, /* 4 */
	{{fields, places}, {NULL, " Account Manager"}, NULL},
	{{department_heads, fields}, {0}, NULL}, /* 5 */
	{{fields}, {NULL}, " Director"},
	{{executives, fields}, {0}, NULL}, /* 6 */
	{{partners, places}, {0}, NULL},
	{{top_jobs, places}, {0}, NULL}, /* 7 */
	{{0}, {0}, NULL},
};

static const char *const company_names[] = {
	"Abbot",      "Acorn",     "Alder",         "Amber",    "Anchor",   "Arden",    "Aspen",   "Atlas",
	"Aurora",     "Avon",      "Barley",        "Basalt",   "Beacon",   "Beech",    "Birch",   "Blackthorn",
	"Blue Heron", "Bramble",   "Bridge & Sons", "Bright",   "Bristol",  "Cactus",   "Calder",  "Canyon",
	"Cardinal",   "Cedar",     "Chalk",         "Cinder",   "Clover",   "Cobalt",   "Copper",  "Coral",
	"Cormorant",  "Cypress",   "Dale",          "Delta",    "Dogwood",  "Dover",    "Dune",    "Eastgate",
	"Ebony",      "Echo",      "Elm",           "Ember",    "Epsilon",  "Falcon",   "Fern",    "Finch",
	"Fjord",      "Flint",     "Forge",         "Foxglove", "Garnet",   "Gentian",  "Glacier", "Granite",
	"Greenfield", "Gulf",      "Harbor",        "Hawthorn", "Hazel",    "Heather",  "Hemlock", "Heron",
	"Highland",   "Holly",     "Horizon",       "Indigo",   "Iris",     "Ironwood", "Ivory",   "Jasper",
	"Juniper",    "Kestrel",   "Keystone",      "Köln",     "Lagoon",   "Larch",    "Laurel",  "Lighthouse",
	"Linden",     "Lotus",     "Lupin",         "Magnolia", "Málaga",   "Maple",    "Marble",  "Meadow",
	"Meridian",   "Mesa",      "Midland",       "Mill",     "Mistral",  "Monarch",  "Moss",    "Nettle",
	"Nimbus",     "Northgate", "Oak",           "Obsidian", "Olive",    "Onyx",     "Opal",    "Orchard",
	"Osprey",     "Otter",     "Pebble",        "Pine",     "Plover",   "Poplar",   "Prairie", "Quarry",
	"Quartz",     "Raven",     "Redwood",       "Ridge",    "River",    "Rowan",    "Saffron", "Sage",
	"Sandstone",  "São Tomé",  "Sequoia",       "Sierra",   "Silver",   "Slate",    "Sorrel",  "Spruce",
	"Sterling",   "Summit",    "Swift",         "Sycamore", "Tamarack", "Teal",     "Thistle", "Tide",
	"Timber",     "Topaz",     "Tundra",        "Valley",   "Verdant",  "Vertex",   "Walnut",  "Westgate",
	"Wharf",      "Willow",    "Wren",          "Yarrow",   "Yew",      "Zenith",   "Zephyr",  "Zürich",
	NULL,
};

static const char *const company_trades[] = {
	"",           " Aerospace",    " Agriculture", " Analytics",      " Apparel",     " Bakery",
	" Bank",      " Biotech",      " Brewing",     " Builders",       " Capital",     " Chemicals",
	" Clinics",   " Cloud",        " Consulting",  " Credit Union",   " Dairy",       " Dental",
	" Design",    " Diagnostics",  " Education",   " Electric",       " Energy",      " Engineering",
	" Estates",   " Farms",        " Films",       " Financial",      " Foods",       " Freight",
	" Furniture", " Games",        " Gardens",     " Genomics",       " Glass",       " Health",
	" Homes",     " Hotels",       " Instruments", " Insurance",      " Interiors",   " Labs",
	" Law",       " Leasing",      " Logistics",   " Machinery",      " Marine",      " Materials",
	" Media",     " Medical",      " Metals",      " Mining",         " Mobility",    " Motors",
	" Networks",  " Optics",       " Packaging",   " Paper",          " Partners",    " Pharma",
	" Plastics",  " Power",        " Press",       " Printing",       " Properties",  " Publishing",
	" Rail",      " Recycling",    " Research",    " Resources",      " Restaurants", " Retail",
	" Robotics",  " Schools",      " Security",    " Semiconductors", " Shipping",    " Software",
	" Solar",     " Sports",       " Staffing",    " Steel",          " Studios",     " Supply",
	" Systems",   " Technologies", " Telecom",     " Textiles",       " Tools",       " Toys",
	" Travel",    " Trucking",     " University",  " Utilities",      " Ventures",    " Veterinary",
	" Water",     " Wealth",       " Wind",        " Works",          NULL,
};

static const char *const company_forms[] = {
	"",    ", Inc.", " LLC", " Ltd", " GmbH",  " AG",       " S.A.",          " SAS", " B.V.",
	" AB", " Oy",    " PLC", " Co.", " Group", " Holdings", " International", NULL,
};

const word_list company_lists[PATTERN_LISTS] = {company_names, company_trades, company_forms};

const char *const locations[] = {
	"Amsterdam",   "Atlanta, GA", "Austin, TX", "Berlin",     "Boston, MA",        "Bremen",
	"Chicago, IL", "Denver, CO",  "Dublin",     "Genève",     "Houston, TX",       "Lisboa",
	"London",      "Lyon",        "Madrid",     "Milano",     "New York, NY",      "Oslo",
	"Paris",       "Praha",       "Remote",     "Remote, US", "San Francisco, CA", "Seattle, WA",
	"Sydney",      "Tokyo",       "Toronto",    "Vancouver",  "Warszawa",          "Washington, DC",
	"Wien",        "Zürich",      NULL,
};
